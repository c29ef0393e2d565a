/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Only what can be guessed is left out: the first folders of a path, never its file; the letters of a title before its
 * unit. */
#include "ui/shorten.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/grid.h"

/* A path in quotes that has folders to lose. */
struct path {
	const char *at;	      /* its first byte; NULL: there is none */
	size_t len, n_folder; /* bytes, and how many of them its first folder has */
};

static struct path path_at(const char *quote, const char *mark)
{
	struct path path = {.at = quote + 1};
	size_t n_mark = strncmp(path.at, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
	const char *end = strchr(path.at, '\''), *slash;

	if (!end || path.at[n_mark] != '/')
		return (struct path){0};
	slash = memchr(path.at + n_mark + 1, '/', (size_t)(end - path.at) - n_mark - 1);
	if (!slash)
		return (struct path){0};
	path.len = (size_t)(end - path.at);
	path.n_folder = (size_t)(slash - path.at);
	return path;
}

static struct path longest_path(const char *text, const char *mark)
{
	struct path longest = {0};

	for (const char *quote = strchr(text, '\''); quote; quote = strchr(quote + 1, '\'')) {
		struct path path = path_at(quote, mark);

		if (path.at && path.len > longest.len)
			longest = path;
	}
	return longest;
}

void shorten_paths(const struct grid *grid, const char *text, int columns, struct buf *out)
{
	const char *mark = grid->is_ascii ? "~" : "…";
	SCOPED(buf) whole = {0};

	buf_adds(&whole, text);
	while (grid_columns(grid, buf_text(&whole)) > columns) {
		struct path path = longest_path(buf_text(&whole), mark);
		SCOPED(buf) next = {0};

		if (!path.at)
			break;
		buf_add(&next, whole.at, (size_t)(path.at - whole.at));
		buf_addf(&next, "%s%s", mark, path.at + path.n_folder);
		if (next.failed)
			break;
		buf_clear(&whole);
		buf_adds(&whole, buf_text(&next));
	}
	buf_adds(out, buf_text(&whole));
}

void shorten_title(const struct grid *grid, const char *title, int columns, struct buf *out)
{
	const char *unit = strrchr(title, '/');
	int room = columns - (unit ? grid_columns(grid, unit) : 0);

	if (!unit || room < 2) {
		unit = "";
		room = columns;
	}
	utf8_fit(out, title, strlen(title) - strlen(unit), (size_t)MAX_OF(room, 0), grid->is_ascii);
	buf_adds(out, unit);
}

void shorten_front(const struct grid *grid, const char *text, int columns, struct buf *out)
{
	if (grid_columns(grid, text) > columns) {
		while (*text && grid_columns(grid, text) > columns - 1) {
			uint32_t point;

			text += utf8_next(text, strlen(text), &point);
		}
		buf_adds(out, grid->is_ascii ? "~" : "…");
	}
	buf_adds(out, text);
}
