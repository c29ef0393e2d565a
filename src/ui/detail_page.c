/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all parts of the detail put on its page. */
#include "ui/detail.h"

void detail_title(struct page *page, const char *text)
{
	page->line++;
	grid_put(page->scene->grid, page->area, page->line++, 1, ROLE_HEADER, text);
}

void detail_text(const struct page *page, enum derive derive, const struct field *field,
		 enum print_style style, struct buf *out)
{
	struct column column = {.derive = derive, .field = field};

	table_text(page->table, page->row, &column, style, out);
}
