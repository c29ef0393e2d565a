/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One table of keys behind dispatch, footer, help, the manual and the README. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* Where a binding holds. */
enum key_scope { SCOPE_ROWS, SCOPE_PROMPT, SCOPE_PICKER, SCOPE_HELP, SCOPE_MENU, SCOPE_ANY };

struct key_row {
	uint32_t keys[4]; /* 0-terminated; code points or enum term_key */
	enum key_scope scope;
	int action;	    /* enum action, ui/command.h */
	const char *shown;  /* "PgUp ^U" */
	const char *footer; /* short word in the footer, or NULL */
	const char *help;   /* one clause */
	int footer_rank;    /* lower stays longer when the footer is narrow */
};

extern const struct key_row key_rows[];
extern const unsigned n_key_rows;

/* The action bound to key in scope (SCOPE_ANY rows too), or 0. */
int keys_find(enum key_scope scope, uint32_t key);
/* The table as markdown, man page or plain text. */
enum keys_markup { KEYS_TEXT, KEYS_MARKDOWN, KEYS_MAN };
void keys_print(enum keys_markup markup, struct buf *out);
