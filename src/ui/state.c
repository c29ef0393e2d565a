/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What commands and panes ask of the screen's state, and say through it. */
#include "ui/state.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/tidy.h"

struct tab *map_tab(const struct screen *screen)
{
	return screen->panes[screen->tiling.focus].tab;
}

struct tab *front_tab(const struct screen *screen)
{
	return tab_seen(map_tab(screen));
}

struct pane *focused_pane(struct screen *screen)
{
	return &screen->panes[screen->tiling.focus];
}

enum pane_kind focused_kind(const struct screen *screen)
{
	return screen->panes[screen->tiling.focus].kind;
}

bool detail_has_focus(const struct screen *screen)
{
	return screen->overlay == OVERLAY_NONE &&
	       (screen->is_zoomed || focused_kind(screen) == PANE_DETAIL);
}

void tab_name(const struct tab *tab, struct buf *out)
{
	const struct map *map = &tab->table->map;

	if (map->host)
		buf_addf(out, "%s:", map->host);
	buf_adds(out, map->name);
}

const char *why_no_rows(const struct table *table)
{
	if (table->why_unread)
		return table->why_unread;
	return table->why_lost ? table->why_lost : "reading...";
}

size_t tab_place(const struct screen *screen, const struct tab *tab)
{
	size_t i = 0;

	while (i < screen->n_tabs && screen->tabs[i] != tab)
		i++;
	return i;
}

struct intent nothing(void)
{
	return (struct intent){.kind = INTENT_NONE};
}

void list_open(struct list_place *list, size_t n)
{
	*list = (struct list_place){.n = n};
}

void list_move(struct list_place *list, ptrdiff_t by)
{
	size_t last = list->n ? list->n - 1 : 0;

	if (by < 0)
		list->cursor -= MIN_OF((size_t)-by, list->cursor);
	else
		list->cursor = MIN_OF(list->cursor + (size_t)by, last);
}

void list_fit(struct list_place *list, size_t n, size_t height)
{
	list->n = n;
	list->height = list->n_seen = height;
	list_move(list, 0);
	if (list->cursor < list->top)
		list->top = list->cursor;
	if (list->cursor >= list->top + height)
		list->top = list->cursor - height + 1;
}

static __attribute__((format(printf, 3, 0))) void
put_message(struct screen *screen, bool is_warning, const char *fmt, va_list args)
{
	buf_clear(&screen->message.text);
	buf_vaddf(&screen->message.text, fmt, args);
	screen->message.is_warning = is_warning;
	screen->message.until_ns = clock_now_ns() + MESSAGE_SECONDS * 1000000000ull;
}

void screen_hint(struct screen *screen, bool is_warning, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_message(screen, is_warning, fmt, args);
	va_end(args);
}

void screen_say(struct screen *screen, bool is_warning, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_message(screen, is_warning, fmt, args);
	va_end(args);
	log_add(is_warning ? LOG_WARN : LOG_INFO, "%s", buf_text(&screen->message.text));
}
