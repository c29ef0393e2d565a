#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Turns the captured cells of a terminal (text with SGR sequences on stdin) into an SVG picture.

usage: svg.py COLS ROWS [--paper #rrggbb] [--ink #rrggbb] [--title TEXT] < capture > picture.svg

The paper and the ink are the terminal's own.
"""
import html
import re
import sys
import unicodedata

BASE = {
    False: ["#1d2021", "#e05f65", "#78b06a", "#dcae5a", "#3465a4", "#b583d0", "#5fb3b3", "#c9ccd1",
            "#70757d", "#f08087", "#96cf86", "#f2c979", "#8bb9ee", "#cda0e6", "#84d0d0", "#f2f3f5"],
    True: ["#24292e", "#b3261e", "#2b7a2b", "#8a6100", "#1a5fb4", "#8a3a9e", "#12747a", "#5a6068",
           "#6b7178", "#c9372c", "#348d34", "#9c6f00", "#2a6fc9", "#9c4db0", "#1c868c", "#24292e"],
}
PAPER = {False: "#14161a", True: "#fbfbf9"}
INK = {False: "#d3d6db", True: "#24292e"}
CELL_W, CELL_H, PAD, BAR = 8.4, 18, 12, 26


def xterm(n, light):
    if n < 16:
        return BASE[light][n]
    if n < 232:
        n -= 16
        steps = (0, 95, 135, 175, 215, 255)
        return "#%02x%02x%02x" % (steps[n // 36], steps[n // 6 % 6], steps[n % 6])
    grey = 8 + 10 * (n - 232)
    return "#%02x%02x%02x" % (grey, grey, grey)


def is_light(paper):
    return sum(int(paper[i:i + 2], 16) for i in (1, 3, 5)) > 3 * 128


class Pen:
    def __init__(self):
        self.clear()

    def clear(self):
        self.ink = self.paper = None
        self.bold = self.dim = self.reverse = self.underline = False

    def colour(self, codes, light):
        kind = codes.pop(0)
        if kind == 5:
            return xterm(codes.pop(0), light)
        rgb, codes[:3] = codes[:3], []
        return "#%02x%02x%02x" % tuple(rgb)

    def sgr(self, codes, light):
        flags = {1: ("bold", 1), 2: ("dim", 1), 4: ("underline", 1), 7: ("reverse", 1), 22: ("bold", 0),
                 24: ("underline", 0), 27: ("reverse", 0)}
        while codes:
            c = codes.pop(0)
            if c == 0:
                self.clear()
            elif c in flags:
                setattr(self, flags[c][0], bool(flags[c][1]))
                if c == 22:
                    self.dim = False
            elif c in (38, 48):
                setattr(self, "ink" if c == 38 else "paper", self.colour(codes, light))
            elif c in (39, 49):
                setattr(self, "ink" if c == 39 else "paper", None)
            elif 30 <= c <= 37 or 90 <= c <= 97:
                self.ink = BASE[light][c - 30 if c < 90 else c - 82]
            elif 40 <= c <= 47 or 100 <= c <= 107:
                self.paper = BASE[light][c - 40 if c < 100 else c - 92]

    def style(self, light):
        ink, paper = self.ink or INK[light], self.paper
        if self.reverse:
            ink, paper = paper or PAPER[light], self.ink or INK[light]
        return ink, paper, self.bold, self.dim, self.underline


def cells(text, light):
    """Rows of runs: (column, text, style), neighbours of one style joined."""
    pen, rows = Pen(), []
    for line in text.split("\n"):
        runs, col = [], 0
        for part in re.split(r"(\x1b\[[0-9;:]*m)", line):
            if part.startswith("\x1b["):
                pen.sgr([int(c or 0) for c in re.split("[;:]", part[2:-1])], light)
                continue
            part = re.sub(r"\x1b[()][A-Z0-9]|[\x0e\x0f]|\x1b\[[0-9;?]*[a-zA-Z]", "", part)
            if part:
                runs.append((col, part, pen.style(light)))
                col += sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part)
        rows.append(runs)
    return rows


def main():
    args = sys.argv[1:]
    said = {name: args[args.index(name) + 1] for name in ("--title", "--paper", "--ink") if name in args}
    light = is_light(said.get("--paper", PAPER[False]))
    title = said.get("--title", "")
    PAPER[light], INK[light] = said.get("--paper", PAPER[light]), said.get("--ink", INK[light])
    cols, n_rows = int(args[0]), int(args[1])
    rows = cells(sys.stdin.read().rstrip("\n"), light)[:n_rows]
    width, height = cols * CELL_W + 2 * PAD, n_rows * CELL_H + 2 * PAD + BAR
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
           f'viewBox="0 0 {width:.0f} {height:.0f}" role="img"><title>{html.escape(title)}</title>',
           f'<rect width="100%" height="100%" rx="8" fill="{PAPER[light]}"/>',
           f'<text x="50%" y="18" text-anchor="middle" font-family="sans-serif" font-size="12" '
           f'fill="{INK[light]}" opacity="0.6">{html.escape(title)}</text>',
           '<g font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14">']
    for y, runs in enumerate(rows):
        top = PAD + BAR + y * CELL_H
        for x, text, (ink, paper, bold, dim, underline) in runs:
            left = PAD + x * CELL_W
            length = len(text) * CELL_W
            if paper:
                out.append(f'<rect x="{left:.1f}" y="{top}" width="{length:.1f}" height="{CELL_H}" '
                           f'fill="{paper}"/>')
            extra = (' font-weight="bold"' if bold else "") + (' opacity="0.6"' if dim else "")
            extra += ' text-decoration="underline"' if underline else ""
            for word in re.finditer(r"\S+", text):  # each at its own column: no renderer's blanks matter
                out.append(f'<text x="{left + word.start() * CELL_W:.1f}" y="{top + 14}" '
                           f'textLength="{len(word.group()) * CELL_W:.1f}" '
                           f'lengthAdjust="spacingAndGlyphs" fill="{ink}"{extra}>'
                           f'{html.escape(word.group())}</text>')
    out.append("</g></svg>")
    print("\n".join(out))


main()
