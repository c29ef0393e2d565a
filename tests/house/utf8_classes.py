#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Prints src/base/utf8_classes.h from the Unicode data that python3 carries.

    tests/house/utf8_classes.py > src/base/utf8_classes.h
"""
import sys
import unicodedata

NARROW, WIDE, ZERO, UNTAME = range(4)
UNTAME_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, as far as the categories don't cover it:
# marks and letters that show nothing.
INVISIBLE = [(0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164),
             (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)]
DOUBTFUL = [(0x3248, 0x324F), (0x4DC0, 0x4DFF)]  # one column by one version of the standard, two by another
JAMO_JOINED = [(0x1160, 0x11FF), (0xD7B0, 0xD7FB)]  # vowels and finals join the syllable before


def within(point, ranges):
    return any(first <= point <= last for first, last in ranges)


def class_of(point):
    char = chr(point)
    category = unicodedata.category(char)
    if category in UNTAME_CATEGORIES or within(point, INVISIBLE + DOUBTFUL):
        return UNTAME
    if category in ("Mn", "Me") or within(point, JAMO_JOINED):
        return ZERO
    return WIDE if unicodedata.east_asian_width(char) in "WF" else NARROW


rows, last = [], None
for p in range(0x110000):
    if class_of(p) != last:
        last = class_of(p)
        rows.append(p << 2 | last)
rows.append(0x110000 << 2 | UNTAME)

print(f"""/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Printed by tests/house/utf8_classes.py from Unicode {unicodedata.unidata_version}. Each row says where
 * a class begins: code point << 2 | class (0 narrow, 1 wide, 2 no columns, 3 not tame). Only utf8.c includes this. */
/* clang-format off */
static const unsigned class_starts[] = {{""")
for i in range(0, len(rows), 11):
    print("\t" + " ".join(f"0x{row:x}," for row in rows[i:i + 11]))
print("};\n/* clang-format on */")
print(len(rows), "classes", file=sys.stderr)
