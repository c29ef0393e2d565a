/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a key does where it is pressed: the first row of the table that has it and holds there. */
#include "ui/keys.h"

const struct key_row *keys_range_of(uint32_t key)
{
	for (unsigned i = 0; i < n_key_rows; i++)
		if (key_rows[i].range_end && key >= key_rows[i].keys[0] &&
		    key <= key_rows[i].range_end)
			return &key_rows[i];
	return NULL;
}

static bool holds_key(const struct key_row *row, uint32_t key)
{
	if (row->range_end)
		return key >= row->keys[0] && key <= row->range_end;
	for (unsigned i = 0; i < KEY_ROW_KEYS && row->keys[i]; i++)
		if (row->keys[i] == key)
			return true;
	return false;
}

enum action keys_find(enum key_scope scope, uint32_t key)
{
	for (unsigned i = 0; i < n_key_rows; i++)
		if ((key_rows[i].scopes & scope) && holds_key(&key_rows[i], key))
			return key_rows[i].action;
	return scope & SCOPE_BESIDE_ROWS ? keys_find(SCOPE_ROWS, key) : ACT_NONE;
}
