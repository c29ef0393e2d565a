/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a mouse said, as xterm's mode 1006 has it: "<BUTTON;COLUMN;ROW" and M (down) or m (up). */
#pragma once

#include <stdbool.h>

/* The way of saying it first: a click in between would be said in the old one. */
#define MOUSE_ON  "\033[?1006h\033[?1000h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"

enum mouse_kind { MOUSE_PRESS, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
	enum mouse_kind kind;
	int row, col; /* from 0 */
};

/* Reads what stands between "ESC [" and the final byte. false: nothing that means anything here. */
bool mouse_parse(const char *text, char final, struct mouse *out);
