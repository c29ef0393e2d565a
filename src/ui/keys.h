/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One table of keys behind dispatch, footer, help, the manual and the README. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/command.h"

struct buf;
struct err;

/* Where a binding holds; a set of bits. A prompt takes every key, so it has no scope here. */
enum key_scope {
	SCOPE_ROWS = 1 << 0,
	SCOPE_PICKER = 1 << 1,	/* printable keys that aren't bound are typed into its search */
	SCOPE_MENU = 1 << 2,	/* choosing a sort key */
	SCOPE_HELP = 1 << 3,	/* help and metrics: text to scroll */
	SCOPE_COLUMNS = 1 << 4, /* choosing columns */
	SCOPE_THEMES = 1 << 5,	/* choosing a theme */
	SCOPE_TREE = 1 << 6,	/* stacks as a tree */
	/* What isn't bound in these goes to the rows. */
	SCOPE_DETAIL = 1 << 7, /* a detail that stands alone, or in a pane with the focus */
	SCOPE_TEXT = 1 << 8,   /* a pane of text with the focus: metrics, churn, messages */
	SCOPE_BESIDE_ROWS = SCOPE_DETAIL | SCOPE_TEXT,
	SCOPE_GROUPS = 1 << 9,	 /* choosing what to group by */
	SCOPE_REFUSED = 1 << 10, /* a picker that may list nothing */
	SCOPE_ANY = (1 << 11) - 1,
	SCOPE_PANES = 1 << 11, /* behind ^W, where nothing else holds */
};

enum { KEY_ROW_KEYS = 6 };

struct key_row {
	uint32_t keys[KEY_ROW_KEYS]; /* 0-terminated; code points or enum term_key */
	uint32_t range_end;	     /* not 0: every key from keys[0] to this one */
	unsigned scopes;	     /* enum key_scope bits */
	enum action action;
	const char *shown;  /* "PgUp ^U" */
	const char *footer; /* "s sort": the key, a blank, a short word; NULL: not in the footer */
	const char *help;   /* one clause */
	int footer_rank;    /* lower stays longer when the footer is narrow */
	char bound_shown[32],
		bound_footer[32]; /* `shown` and `footer` of a row that was bound anew */
};

extern const struct key_row *const key_rows;
extern const unsigned n_key_rows;

/* Row i of key_rows, to be changed by keys_bind.c. */
struct key_row *keys_row(unsigned i);
/* The same row as it was before anything was bound anew. */
const struct key_row *keys_usual(unsigned i);

/* -- keys_find.c -- */

/* The action bound to key in the scope, or ACT_NONE. */
enum action keys_find(enum key_scope scope, uint32_t key);
/* The row of a range that holds the key, or NULL. */
const struct key_row *keys_range_of(uint32_t key);

/* -- keys_bind.c -- */

/* The key that a terminal sends as this character: control characters are keys with names. */
uint32_t key_of_point(uint32_t point);
/* "Up", "^F", "F3", "x"; 0: no key is called so. */
uint32_t key_named(const char *name, size_t len);
void key_spell(uint32_t key, struct buf *out);
/* The action called so, if it has a key on the rows, in the detail or of the panes; else ACT_NONE. */
enum action keys_action_named(const char *name);
/* The keys of an action as keys_bind takes them; false: none can be bound to it. */
bool keys_of(enum action action, struct buf *out);
/* Gives an action of the rows, the detail or the panes other keys ("p Z"), which other actions lose; "" takes all of its keys
 * away. 0, or -EINVAL with a sentence. */
int keys_bind(const char *name, const char *keys, struct err *err);
/* What keys_bind would refuse. */
int keys_check(const char *name, const char *keys, struct err *err);
/* A key that both actions are to have where both hold; 0: there is none. */
uint32_t keys_clash(const char *name, const char *keys, const char *other, const char *other_keys);
/* Whether an action had keys and has none any more; then *words says which, and what has them now. */
bool keys_lost(enum action action, struct buf *words);
void keys_reset(void); /* as they were */

/* -- keys_print.c -- */

/* The table as plain text, markdown or man page. */
enum keys_markup { KEYS_TEXT, KEYS_MARKDOWN, KEYS_MAN };
void keys_print(enum keys_markup markup, struct buf *out);
