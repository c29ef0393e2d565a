/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a command left of a terminal: whether it is as the command found it. */
#pragma once

#include "ptydrive.h"

/* A private mode that was left as the command set it: its number, 0 when none was. Set by "ESC [ ? n h" and
 * reset by "l"; several have ';' between them. source: ECMA-48 8.3.125, xterm's control sequences. */
static inline unsigned pty_mode_left(const struct pty *pty)
{
	enum { MODES = 4096, CURSOR_VISIBLE = 25, AUTO_WRAP = 7 };
	static bool is_set[MODES];
	const char *at = buf_text(&pty->raw), *end = at + pty->raw.len;

	memset(is_set, 0, sizeof(is_set));
	is_set[CURSOR_VISIBLE] = is_set[AUTO_WRAP] = true;
	while ((at = memmem(at, (size_t)(end - at), "\033[?", 3))) {
		const char *first = at + 3, *last = first + strspn(first, "0123456789;");

		for (at = first; at < last && (*last == 'h' || *last == 'l'); at++)
			is_set[strtoul(at, (char **)&at, 10) % MODES] = *last == 'h';
		at = last;
	}
	is_set[CURSOR_VISIBLE] = !is_set[CURSOR_VISIBLE];
	is_set[AUTO_WRAP] = !is_set[AUTO_WRAP];
	for (unsigned mode = 1; mode < MODES; mode++)
		if (is_set[mode])
			return mode;
	return 0;
}

/* What is written next looks plain. */
static inline bool pty_pen_is_plain(const struct pty *pty)
{
	static const VTermAttr attrs[] = {VTERM_ATTR_BOLD, VTERM_ATTR_UNDERLINE,
					  VTERM_ATTR_REVERSE};
	VTermState *state = vterm_obtain_state(pty->vt);
	VTermValue value;

	for (size_t i = 0; i < ARRAY_LEN(attrs); i++)
		if (vterm_state_get_penattr(state, attrs[i], &value) && value.number)
			return false;
	vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value);
	if (!VTERM_COLOR_IS_DEFAULT_FG(&value.color))
		return false;
	vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &value);
	return VTERM_COLOR_IS_DEFAULT_BG(&value.color);
}

/* What is not as the command found the terminal, or NULL. */
static inline const char *pty_not_restored(struct pty *pty)
{
	if (!pty_termios_is_as_before(pty))
		return "termios";
	if (pty->is_altscreen)
		return "the alternate screen";
	if (!pty->is_cursor_visible)
		return "the cursor";
	if (pty->mouse != VTERM_PROP_MOUSE_NONE)
		return "the mouse";
	if (pty_mode_left(pty))
		return "a private mode";
	return pty_pen_is_plain(pty) ? NULL : "colours";
}
