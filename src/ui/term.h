/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The terminal. term.c is the only file that knows curses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct grid;
struct mouse;
struct theme;
struct term;

/* Keys beyond plain code points, above any Unicode value. */
enum term_key {
	KEY_BASE_ = 0x200000,
	TERM_UP,
	TERM_DOWN,
	TERM_LEFT,
	TERM_RIGHT,
	TERM_PAGE_UP,
	TERM_PAGE_DOWN,
	TERM_HOME,
	TERM_END,
	TERM_ENTER,
	TERM_ESCAPE,
	TERM_BACKSPACE,
	TERM_DELETE,
	TERM_TAB,
	TERM_BACK_TAB,
	TERM_RESIZE,
	TERM_MOUSE, /* term_mouse says what */
	TERM_F1,    /* ... F1 + 11 */
	TERM_F12 = TERM_F1 + 11,
	TERM_CTRL, /* TERM_CTRL + 'a' .. */
};

/* Opens the controlling terminal of fds 0 and 1. -ENOTTY, or -EINVAL for a TERM that can't do it, with
 * a sentence. Installs handlers that give the terminal back on SIGSEGV, SIGBUS, SIGFPE, SIGILL,
 * SIGABRT, async-signal-safe, then re-raise. */
int term_open(struct term **out, struct err *err);
void term_close(struct term *term); /* restores everything; NULL is fine */

void term_theme(struct term *term,
		const struct theme *theme); /* colours by what the terminal has */
void term_size(const struct term *term, int *n_rows, int *n_cols);
void term_resized(struct term *term); /* after SIGWINCH: asks TIOCGWINSZ */
bool term_is_utf8(const struct term *term);
int term_colours(const struct term *term); /* 0, 8, 16, 256 or 1 << 24 */

/* Shows the grid: writes what differs from the last frame in one write(2), bracketed by synchronised
 * update; nothing when nothing differs. returns the bytes written, -EAGAIN when the terminal is not
 * taking them, or not all of them (the frame is dropped, or its rest waits: call again), -EIO when it is
 * gone. */
int term_show(struct term *term, const struct grid *grid);

/* The next key, or -EAGAIN when there is none, -EIO when the terminal is gone. Code points as such;
 * a lone Esc within 25 ms is TERM_ESCAPE. */
int term_key(struct term *term, uint32_t *key_ret);

/* Asks the terminal for its mouse, or no more. */
void term_set_mouse(struct term *term, bool is_on);
/* What it said, after TERM_MOUSE. */
struct mouse term_mouse(const struct term *term);

/* Forgets what the terminal shows: the next term_show writes everything (^L). */
void term_redraw(struct term *term);

void term_suspend(struct term *term); /* for ^Z: gives the terminal back, stops, takes it again */
void term_ring(struct term *term);    /* the bell */
void term_copy(struct term *term, const char *text, size_t len); /* OSC 52 */
