/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map of the host to choose from: those whose words hold the text typed, in the chosen order.
 * Tags are by place in the driver's list, so they survive searching and sorting. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "model/maptype.h"
#include "ui/state.h"
#include "ui/term.h"

void picker_release(struct picker *picker)
{
	free(picker->why);
	free(picker->order);
	free(picker->is_tagged);
	buf_release(&picker->search);
	buf_release(&picker->layout);
	*picker = (struct picker){0};
}

static bool has_word(const char *text, const char *word)
{
	return text && strcasestr(text, word) != NULL;
}

static bool has_user(const struct map_users *users, const char *word)
{
	for (size_t i = 0; i < users->n; i++)
		if (has_word(users->at[i].name, word))
			return true;
	return false;
}

static bool matches(const struct map *map, const char *word)
{
	SCOPED(buf) id = {0};

	buf_addf(&id, "%u", map->id);
	return has_word(map->name, word) || has_word(map->type->name, word) ||
	       has_word(map->pin, word) || has_word(buf_text(&id), word) ||
	       has_user(&map->programs, word) || has_user(&map->owners, word);
}

static int by_choice(const void *a, const void *b, void *ctx)
{
	const struct picker *picker = ctx;
	const struct map *maps = picker->maps;

	return map_compare(&maps[*(const uint32_t *)a], &maps[*(const uint32_t *)b], picker->sort,
			   picker->is_reversed);
}

void picker_order(struct screen *screen)
{
	struct picker *picker = &screen->picker;
	size_t n = 0, n_maps = picker->order ? picker->n_maps : 0;

	for (size_t i = 0; i < n_maps; i++)
		if (matches(&picker->maps[i], buf_text(&picker->search)))
			picker->order[n++] = (uint32_t)i;
	if (n)
		qsort_r(picker->order, n, sizeof(*picker->order), by_choice, picker);
	list_open(&screen->list, n);
}

bool picker_descends(const struct picker *picker)
{
	return map_order_descends(picker->sort) != picker->is_reversed;
}

void picker_sort_by(struct screen *screen, enum map_order sort)
{
	struct picker *picker = &screen->picker;

	picker->is_reversed = sort == picker->sort && !picker->is_reversed;
	picker->sort = sort;
	picker_order(screen);
}

void picker_sort_next(struct screen *screen, int by)
{
	unsigned shown = picker_sorts(&screen->picker, screen->over.n_cols);
	unsigned sort = screen->picker.sort;

	do
		sort = (sort + N_MAP_ORDERS + (unsigned)by) % N_MAP_ORDERS;
	while (sort != screen->picker.sort && !(shown >> sort & 1));
	if (sort != screen->picker.sort)
		picker_sort_by(screen, (enum map_order)sort);
}

int picker_set(struct screen *screen, const struct map_list *maps, const char *why)
{
	struct picker *picker = &screen->picker;

	picker_release(picker);
	picker->sort = MAPS_BY_NAME;
	picker->maps = maps->maps;
	picker->n_maps = maps->n;
	picker->why = why ? strdup(why) : NULL;
	picker->order = calloc(MAX_OF(maps->n, (size_t)1), sizeof(*picker->order));
	picker->is_tagged = calloc(MAX_OF(maps->n, (size_t)1), sizeof(*picker->is_tagged));
	if (!picker->order || !picker->is_tagged) {
		picker_release(picker);
		return -ENOMEM;
	}
	picker_order(screen);
	return 0;
}

bool picker_is_refused(const struct screen *screen)
{
	return screen->picker.why && !screen->picker.n_maps;
}

bool picker_has_simulation(const struct screen *screen)
{
	return picker_is_refused(screen) && !screen->n_tabs;
}

static struct intent go_on(struct screen *screen)
{
	bool simulates = picker_has_simulation(screen);

	screen->overlay = OVERLAY_NONE;
	return (struct intent){.kind = simulates ? INTENT_SIMULATE : INTENT_NONE};
}

/* The ids of the tagged maps, or of the one under the cursor. */
struct intent picker_open(struct screen *screen)
{
	struct picker *picker = &screen->picker;
	size_t n = 0, n_maps = picker->n_maps;
	uint32_t *ids;

	if (picker_is_refused(screen))
		return go_on(screen);
	ids = calloc(MAX_OF(n_maps, (size_t)1), sizeof(*ids));
	if (!ids)
		return nothing();
	for (size_t i = 0; i < n_maps; i++)
		if (picker->is_tagged[i])
			ids[n++] = picker->maps[i].id;
	if (n == 0 && picker_map(screen))
		ids[n++] = picker_map(screen)->id;
	free(screen->ids);
	screen->ids = ids;
	if (n)
		screen->overlay = OVERLAY_NONE;
	return (struct intent){.kind = n ? INTENT_OPEN_IDS : INTENT_NONE, .ids = ids, .n_ids = n};
}

void picker_type(struct screen *screen, uint32_t key)
{
	struct buf *search = &screen->picker.search;

	if (key < KEY_BASE_ && utf8_is_tame(key)) {
		utf8_put(search, key);
	} else if (key == TERM_BACKSPACE && search->len) {
		size_t len = search->len - 1;

		while (len && ((uint8_t)search->at[len] & 0xc0) == 0x80)
			len--;
		buf_cut(search, len);
	} else {
		return;
	}
	picker_order(screen);
}
