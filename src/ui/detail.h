/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The page that the detail is a window of; shared by pane_detail.c, which draws the page, and the files of
 * its parts, which know nothing of each other. */
#pragma once

#include <stddef.h>

#include "model/table.h"
#include "ui/scene.h"

/* The detail is drawn as a page of any length, of which the area shows a part: lines above and below are clipped by the
 * grid. */
struct page {
	const struct scene *scene;
	const struct table *table;
	struct area area;
	size_t row;
	bool has_cursor; /* keys move through its lines */
	bool has_bytes;	 /* raw bytes stand below: asked for, or there is room */
	int line;	 /* next one, counted from the top of the area; may be negative */
};

enum { DETAIL_NUMBER_COLS = 12 };

/* detail_page.c: a blank line and a title */
void detail_title(struct page *page, const char *text);
void detail_text(const struct page *page, enum derive derive, const struct field *field,
		 enum print_style style, struct buf *out);

void detail_fields(struct page *page); /* detail_fields.c: key and value as an outline */
void detail_cpus(struct page *page);   /* detail_cpus.c: a bar a CPU */
/* detail_bytes.c: key and value byte by byte, a line a field, and how many lines that takes */
void detail_bytes(struct page *page);
int detail_bytes_rows(const struct page *page);
/* detail_graph.c: the history of what trends show; and how many lines it takes at least where there is room */
void detail_graph(struct page *page);
int detail_graph_rows(const struct page *page);
