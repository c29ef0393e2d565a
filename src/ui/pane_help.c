/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table of keys, with the legend before it. */
#include "base/buf.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/state.h"

/* Of the sign for a lower bound, and blanks behind it. */
#define READING                                                                                    \
	"Numbers\n"                                                                                \
	"  -       not known: rates need two readings, a counter that fell has none\n"             \
	"  %s%*s a lower bound: some rows have no rate yet\n"                                      \
	"  *       as a value: the CPUs of a per-CPU map don't agree on it\n"                      \
	"  ~       an estimate: life is entries / gone per second (Little's law)\n"                \
	"  new, gone and churn are lower bounds: a key that came and went between two\n"           \
	"  readings was never seen\n"                                                              \
	"\n"                                                                                       \
	"Keys\n"

void pane_help(const struct scene *scene, struct area area)
{
	const char *at_least = scene->glyphs->at_least;
	SCOPED(buf) text = {0};
	size_t n_before;

	buf_addf(&text, READING, at_least, 7 - grid_columns(scene->grid, at_least), "");
	keys_print(KEYS_TEXT, &text);
	area = pane_titled(scene, area, "help");
	n_before = legend_put(scene, (struct area){0}, 0);
	pane_lines(scene, area, buf_text(&text), n_before);
	legend_put(scene, area, scene->list->top);
}
