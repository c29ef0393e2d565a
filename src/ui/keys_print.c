/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table of keys as text. Keys of menus stand in their footers, not here. */
#include "base/buf.h"
#include "base/man.h"
#include "ui/keys.h"

static void print_row(enum keys_markup markup, const struct key_row *row, struct buf *out)
{
	switch (markup) {
	case KEYS_TEXT:
		buf_addf(out, "  %-12s %s\n", row->shown, row->help);
		break;
	case KEYS_MARKDOWN:
		buf_addf(out, "| `%s` | %s |\n", row->shown, row->help);
		break;
	case KEYS_MAN:
		buf_adds(out, ".TP\n.B ");
		man_add_text(row->shown, out);
		buf_addc(out, '\n');
		man_add_text(row->help, out);
		buf_addc(out, '\n');
		break;
	}
}

void keys_print(enum keys_markup markup, struct buf *out)
{
	if (markup == KEYS_MARKDOWN)
		buf_adds(out, "| key | does |\n|---|---|\n");
	for (unsigned i = 0; i < n_key_rows; i++)
		if (key_rows[i].scopes & (SCOPE_ROWS | SCOPE_BESIDE_ROWS | SCOPE_PANES))
			print_row(markup, &key_rows[i], out);
}
