/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys by name, and binding them anew: an action gets the keys that are named, others lose them, so that
 * no key ever does two things. Actions of the rows and the panes can be bound; in menus keys stay what
 * they are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/keys.h"
#include "ui/term.h"

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{"Up", TERM_UP},	 {"Down", TERM_DOWN},
	{"Left", TERM_LEFT},	 {"Right", TERM_RIGHT},
	{"PgUp", TERM_PAGE_UP},	 {"PgDn", TERM_PAGE_DOWN},
	{"Home", TERM_HOME},	 {"End", TERM_END},
	{"Enter", TERM_ENTER},	 {"Esc", TERM_ESCAPE},
	{"Tab", TERM_TAB},	 {"S-Tab", TERM_BACK_TAB},
	{"Space", ' '},		 {"Backspace", TERM_BACKSPACE},
	{"Delete", TERM_DELETE},
};

uint32_t key_named(const char *name, size_t len)
{
	uint32_t point;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == len && memcmp(names[i].name, name, len) == 0)
			return names[i].key;
	if (len == 2 && name[0] == '^' && name[1] >= 'A' && name[1] <= 'z')
		return TERM_CTRL + ((uint32_t)name[1] | 0x20);
	if (len == 2 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9')
		return TERM_F1 + (uint32_t)(name[1] - '1');
	if (len == 3 && memcmp(name, "F1", 2) == 0 && name[2] >= '0' && name[2] <= '2')
		return TERM_F1 + 9 + (uint32_t)(name[2] - '0');
	if (len && utf8_next(name, len, &point) == len && utf8_is_tame(point))
		return point;
	return 0;
}

uint32_t key_of_point(uint32_t point)
{
	switch (point) {
	case '\r':
	case '\n':
		return TERM_ENTER;
	case '\t':
		return TERM_TAB;
	case 0x7f:
	case '\b':
		return TERM_BACKSPACE;
	default:
		return point < ' ' ? TERM_CTRL + 'a' - 1 + point : point;
	}
}

void key_spell(uint32_t key, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].key == key) {
			buf_adds(out, names[i].name);
			return;
		}
	if (key >= TERM_F1 && key <= TERM_F12)
		buf_addf(out, "F%u", key - TERM_F1 + 1);
	else if (key > TERM_CTRL)
		buf_addf(out, "^%c", (char)(key - TERM_CTRL - 'a' + 'A'));
	else
		utf8_put(out, key);
}

static const struct key_row *find_row(const char *name, enum key_scope scope)
{
	for (unsigned i = 0; i < n_key_rows; i++)
		if ((key_rows[i].scopes & scope) &&
		    strcmp(act_rows[key_rows[i].action].name, name) == 0)
			return &key_rows[i];
	return NULL;
}

/* The rows' own binding, or where only the detail or the panes have one, that. */
static const struct key_row *row_named(const char *name)
{
	const struct key_row *row = find_row(name, SCOPE_ROWS);

	row = row ? row : find_row(name, SCOPE_DETAIL);
	return row ? row : find_row(name, SCOPE_PANES);
}

enum action keys_action_named(const char *name)
{
	const struct key_row *row = row_named(name);

	return row ? row->action : ACT_NONE;
}

static void spell_keys(const struct key_row *row, struct buf *out)
{
	for (unsigned i = 0; i < KEY_ROW_KEYS && row->keys[i]; i++) {
		if (i)
			buf_addc(out, ' ');
		key_spell(row->keys[i], out);
	}
}

/* What help and footer say follows the keys. */
static void describe(struct key_row *row)
{
	const char *word = row->footer ? strchr(row->footer, ' ') : NULL;
	SCOPED(buf) shown = {0}, first = {0}, footer = {0};

	if (row->keys[0] && row->scopes & SCOPE_PANES)
		buf_adds(&shown, "^W ");
	spell_keys(row, &shown);
	snprintf(row->bound_shown, sizeof(row->bound_shown), "%s",
		 shown.len ? buf_text(&shown) : "(none)");
	row->shown = row->bound_shown;
	if (!row->keys[0]) {
		row->footer = NULL;
	} else if (word) {
		key_spell(row->keys[0], &first);
		buf_addf(&footer, "%s%s", buf_text(&first), word);
		snprintf(row->bound_footer, sizeof(row->bound_footer), "%s", buf_text(&footer));
		row->footer = row->bound_footer;
	}
}

static void take_away(struct key_row *row, uint32_t key)
{
	unsigned n = 0;

	for (unsigned i = 0; i < KEY_ROW_KEYS && row->keys[i]; i++)
		if (row->keys[i] != key)
			row->keys[n++] = row->keys[i];
	if (n < KEY_ROW_KEYS && row->keys[n]) {
		row->keys[n] = 0;
		describe(row);
	}
}

static int read_keys(const char *action, const char *text, uint32_t keys[KEY_ROW_KEYS],
		     struct err *err)
{
	unsigned n = 0;

	memset(keys, 0, KEY_ROW_KEYS * sizeof(*keys));
	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");
		uint32_t key = key_named(text, len);
		const struct key_row *range;

		if (!key)
			return err_set(err, -EINVAL, "keys of '%s': '%.*s' is no key", action,
				       (int)len, text);
		if (n == KEY_ROW_KEYS)
			return err_set(err, -EINVAL, "keys of '%s': at most %d", action,
				       KEY_ROW_KEYS);
		range = keys_range_of(key);
		if (range)
			return err_set(err, -EINVAL, "keys of '%s': '%.*s' is one of %s, for '%s'",
				       action, (int)len, text, range->shown,
				       act_rows[range->action].name);
		keys[n++] = key;
		text += len;
	}
	return 0;
}

static int read_binding(const char *name, const char *text, const struct key_row **row,
			uint32_t keys[KEY_ROW_KEYS], struct err *err)
{
	*row = row_named(name);
	if (!*row || (*row)->range_end)
		return err_set(err, -EINVAL, "keys can't be bound to '%s'", name);
	return read_keys(name, text, keys, err);
}

int keys_check(const char *name, const char *text, struct err *err)
{
	const struct key_row *row;
	uint32_t keys[KEY_ROW_KEYS];

	return read_binding(name, text, &row, keys, err);
}

uint32_t keys_clash(const char *name, const char *text, const char *other, const char *other_text)
{
	const struct key_row *row, *other_row;
	uint32_t keys[KEY_ROW_KEYS], other_keys[KEY_ROW_KEYS];

	if (read_binding(name, text, &row, keys, NULL) < 0 ||
	    read_binding(other, other_text, &other_row, other_keys, NULL) < 0 ||
	    !(row->scopes & other_row->scopes))
		return 0;
	for (unsigned i = 0; i < KEY_ROW_KEYS && keys[i]; i++)
		for (unsigned j = 0; j < KEY_ROW_KEYS && other_keys[j]; j++)
			if (keys[i] == other_keys[j])
				return keys[i];
	return 0;
}

bool keys_of(enum action action, struct buf *out)
{
	const struct key_row *row = row_named(act_rows[action].name);

	if (!row || row->range_end)
		return false;
	spell_keys(row, out);
	return true;
}

int keys_bind(const char *name, const char *text, struct err *err)
{
	const struct key_row *found;
	uint32_t keys[KEY_ROW_KEYS];
	struct key_row *row;
	int r = read_binding(name, text, &found, keys, err);

	if (r < 0)
		return r;
	row = keys_row((unsigned)(found - key_rows));
	for (unsigned i = 0; i < n_key_rows; i++)
		for (unsigned k = 0; k < KEY_ROW_KEYS && keys[k]; k++)
			if (key_rows[i].scopes & row->scopes)
				take_away(keys_row(i), keys[k]);
	memcpy(row->keys, keys, sizeof(keys));
	describe(row);
	return 0;
}

/* "x is for 'pause'" of each key that the row had. */
static void add_takers(const struct key_row *was, struct buf *words)
{
	for (unsigned k = 0; k < KEY_ROW_KEYS && was->keys[k]; k++) {
		enum key_scope scope = (enum key_scope)(was->scopes & -was->scopes);
		enum action taker = keys_find(scope, was->keys[k]);

		if (taker == ACT_NONE)
			continue;
		buf_addc(words, words->len ? ',' : ':');
		buf_addc(words, ' ');
		key_spell(was->keys[k], words);
		buf_addf(words, " is for '%s'", act_rows[taker].name);
	}
}

bool keys_lost(enum action action, struct buf *words)
{
	SCOPED(buf) takers = {0};
	bool had_any = false;

	for (unsigned i = 0; i < n_key_rows; i++) {
		if (key_rows[i].action != action)
			continue;
		if (key_rows[i].keys[0])
			return false;
		had_any = true;
		add_takers(keys_usual(i), &takers);
	}
	if (had_any)
		buf_addf(words, "'%s' has no key any more%s", act_rows[action].name,
			 buf_text(&takers));
	return had_any;
}
