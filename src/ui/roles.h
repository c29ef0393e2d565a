/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a cell means; themes say how it looks. One list feeds the enum, theme files, help and tests. */
#pragma once

/*      enum            name in themes   inherits        letter in golden screens */
#define ROLES(X)                                                                                   \
	X(ROLE_TEXT, "text", ROLE_TEXT, '.')                                                       \
	X(ROLE_DIM, "dim", ROLE_TEXT, 'd')                                                         \
	X(ROLE_HEADER, "header", ROLE_TEXT, 'h')                                                   \
	X(ROLE_HEADER_VALUE, "header.value", ROLE_HEADER, 'v')                                     \
	X(ROLE_TITLE, "title", ROLE_HEADER, 't')                                                   \
	X(ROLE_LIVE, "live", ROLE_TITLE, 'L')                                                      \
	X(ROLE_PAUSED, "paused", ROLE_WARN, 'P')                                                   \
	X(ROLE_BORDER, "border", ROLE_DIM, 'b')                                                    \
	X(ROLE_TAB, "tab", ROLE_DIM, 'a')                                                          \
	X(ROLE_TAB_ACTIVE, "tab.active", ROLE_TITLE, 'A')                                          \
	X(ROLE_COLUMN, "column", ROLE_HEADER, 'c')                                                 \
	X(ROLE_COLUMN_SORTED, "column.sorted", ROLE_COLUMN, 'C')                                   \
	X(ROLE_KEY, "key", ROLE_TEXT, 'k')                                                         \
	X(ROLE_CURSOR, "cursor", ROLE_TEXT, '>')                                                   \
	X(ROLE_TAGGED, "tagged", ROLE_TEXT, '*')                                                   \
	X(ROLE_NEW, "new", ROLE_TEXT, '+')                                                         \
	X(ROLE_GONE, "gone", ROLE_DIM, '-')                                                        \
	X(ROLE_CHANGED, "changed", ROLE_TEXT, '~')                                                 \
	X(ROLE_MATCH, "match", ROLE_TITLE, 'm')                                                    \
	X(ROLE_WARN, "warn", ROLE_TEXT, 'w')                                                       \
	X(ROLE_CRIT, "crit", ROLE_WARN, '!')                                                       \
	X(ROLE_METER_LOW, "meter.low", ROLE_TEXT, 'l')                                             \
	X(ROLE_METER_MID, "meter.mid", ROLE_WARN, 'i')                                             \
	X(ROLE_METER_HIGH, "meter.high", ROLE_CRIT, 'H')                                           \
	X(ROLE_GRAPH, "graph", ROLE_TEXT, 'g')                                                     \
	X(ROLE_HEAT_0, "heat.0", ROLE_DIM, '0')                                                    \
	X(ROLE_HEAT_1, "heat.1", ROLE_HEAT_0, '1')                                                 \
	X(ROLE_HEAT_2, "heat.2", ROLE_HEAT_1, '2')                                                 \
	X(ROLE_HEAT_3, "heat.3", ROLE_HEAT_2, '3')                                                 \
	X(ROLE_HEAT_4, "heat.4", ROLE_HEAT_3, '4')                                                 \
	X(ROLE_HEAT_5, "heat.5", ROLE_HEAT_4, '5')                                                 \
	X(ROLE_HEAT_6, "heat.6", ROLE_HEAT_5, '6')                                                 \
	X(ROLE_HEAT_7, "heat.7", ROLE_HEAT_6, '7')                                                 \
	X(ROLE_PROMPT, "prompt", ROLE_TITLE, 'p')                                                  \
	X(ROLE_PROMPT_BAD, "prompt.bad", ROLE_CRIT, 'B')                                           \
	X(ROLE_MESSAGE, "message", ROLE_WARN, 's')                                                 \
	X(ROLE_FOOTER_KEY, "footer.key", ROLE_TITLE, 'f')                                          \
	X(ROLE_FOOTER_TEXT, "footer.text", ROLE_DIM, 'x')

enum role {
#define X(id, name, inherits, letter) id,
	ROLES(X)
#undef X
		N_ROLES,
};

struct role_row {
	const char *name;
	enum role inherits;
	char letter;
};
extern const struct role_row roles[N_ROLES];
