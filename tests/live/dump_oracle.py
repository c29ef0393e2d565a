#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""dump_oracle.py OURS BPFTOOLS: compares `bpfmaptop dump -o json` with `bpftool -j map dump`, entry by entry.

bpftool's shapes are turned into ours where the two differ on purpose:
  members of anonymous structs and unions stand under "" there, in their parent here
  bitfields are hex strings without sign there, numbers here (their names end in _bWIDTH)
  char arrays without an end or with bytes that don't print are lists of numbers there, escaped text here
  special fields are structs of zeros there, null here
  a section is one entry there, a variable an entry here
"""
import codecs
import json
import re
import sys

SPECIAL = {"lock", "timer"}


def keep_bytes(fault):
    return "".join("\\x%02x" % b for b in fault.object[fault.start:fault.end]), fault.end


codecs.register_error("keep_bytes", keep_bytes)


def text(chars):
    """A char array as bytes, up to its end, the way we escape it."""
    raw = bytes(c & 255 for c in chars).split(b"\0")[0]
    return raw.replace(b"\\", b"\\\\").decode("utf-8", "keep_bytes")


def pairs(items):
    """Duplicates of "" (two anonymous members) are kept apart until they are merged."""
    out = {}
    for name, value in items:
        if name == "" and isinstance(value, dict):
            out.update(value)
        else:
            out[name] = value
    return out


def bitfield(name, value, theirs):
    width = int(re.search(r"_b(\d+)$", name).group(1))
    return value % (1 << width) == int(theirs, 16)


def same(name, ours, theirs):
    if name in SPECIAL:
        return ours is None
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(same(k, ours[k], theirs[k]) for k in ours)
    if isinstance(ours, str) and isinstance(theirs, list):
        return ours == text(theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(name, a, b) for a, b in zip(ours, theirs))
    if isinstance(ours, int) and isinstance(theirs, str) and re.search(r"_b\d+$", name):
        return bitfield(name, ours, theirs)
    return type(ours) is type(theirs) and ours == theirs


def entries(dump):
    for entry in dump:
        entry = entry["formatted"] if "formatted" in entry else entry
        section = [v for k, v in entry["value"].items() if k.startswith(".")] if isinstance(
            entry.get("value"), dict) else []
        if section:
            for variable in section[0]:
                (name, value), = variable.items()
                yield {"key": name, "value": value}
        else:
            yield entry


def take(theirs, key):
    """Rows come in orders of their own."""
    for place, entry in enumerate(theirs):
        if same("", key, entry["key"]):
            return theirs.pop(place)
    sys.exit("bpftool has no entry %s" % json.dumps(key))


def main():
    with open(sys.argv[1]) as file:
        ours = json.load(file, object_pairs_hook=pairs)["entries"]
    with open(sys.argv[2]) as file:
        theirs = list(entries(json.load(file, object_pairs_hook=pairs)))
    if len(ours) != len(theirs):
        sys.exit("%d entries here, %d there" % (len(ours), len(theirs)))
    if not ours:
        sys.exit("nothing to compare")
    for mine in ours:
        their = take(theirs, mine["key"])
        if not same("", mine, their):
            sys.exit("ours:    %s\nbpftool: %s" % (json.dumps(mine), json.dumps(their)))


main()
