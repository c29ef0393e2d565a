/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The panes as a text that can be kept, words with blanks between them: a tree, the split before its
 * halves, then what else is not as usual.
 *
 *   |60 1* _50 3 2:churn  log      map 1 on the left, with 60 % and the focus; on the right map 3 above
 *                                  the churn of map 2; logarithmic graphs
 *
 * Numbers are places among the names of the maps, sorted: the same set of maps finds its panes again in
 * whatever order it is opened. Maps of other hosts go by what was asked for there, which is known before
 * they are. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "ui/state.h"

static const char *const kind_words[N_PANE_KINDS] = {
	[PANE_ROWS] = "rows",	 [PANE_RING] = "ring",	 [PANE_DETAIL] = "detail",
	[PANE_CPUS] = "cpus",	 [PANE_CHURN] = "churn", [PANE_METRICS] = "metrics",
	[PANE_LOG] = "messages",
};

/* What may stand behind the panes. */
enum wish { WISH_ALONE, WISH_ZOOMED, WISH_LOG, WISH_DETAIL, WISH_NO_DETAIL, N_WISHES };

static const char *const wish_words[N_WISHES] = {
	[WISH_ALONE] = "alone",	  [WISH_ZOOMED] = "zoomed",	  [WISH_LOG] = "log",
	[WISH_DETAIL] = "detail", [WISH_NO_DETAIL] = "no-detail",
};

/* -- the set of maps ------------------------------------------------------------------------------------- */

static const char *name_in_set(const struct map *map)
{
	return map->asked ? map->asked : map->name;
}

static int by_name(const void *a, const void *b)
{
	const struct map *left = &(*(struct tab *const *)a)->table->map;
	const struct map *right = &(*(struct tab *const *)b)->table->map;
	int r = strcmp(left->host ? left->host : "", right->host ? right->host : "");

	r = r ? r : strcmp(name_in_set(left), name_in_set(right));
	r = r ? r : strcmp(left->name, right->name);
	return r ? r : (left->id > right->id) - (left->id < right->id);
}

/* The tabs in the order of their names, owned by the caller; NULL when out of memory or there is none. */
static struct tab **sorted_tabs(const struct screen *screen)
{
	struct tab **tabs = calloc(screen->n_tabs, sizeof(struct tab *));

	if (!tabs || !screen->n_tabs) {
		free(tabs);
		return NULL;
	}
	memcpy(tabs, screen->tabs, screen->n_tabs * sizeof(struct tab *));
	qsort(tabs, screen->n_tabs, sizeof(struct tab *), by_name);
	return tabs;
}

void screen_set_name(const struct screen *screen, struct buf *out)
{
	struct tab **tabs = sorted_tabs(screen);

	for (size_t i = 0; tabs && i < screen->n_tabs; i++) {
		const struct map *map = &tabs[i]->table->map;

		buf_addf(out, "%s%s%s%s", i ? "," : "", map->host ? map->host : "",
			 map->host ? ":" : "", name_in_set(map));
	}
	free(tabs);
}

/* -- writing --------------------------------------------------------------------------------------------- */

static void add_tile(const struct screen *screen, struct tab *const *tabs, int i, struct buf *out)
{
	const struct tile *tile = &screen->tiling.tiles[i];
	const struct pane *pane = &screen->panes[i];
	size_t number = 0;

	if (tile->split != SPLIT_NONE) {
		buf_addf(out, "%c%d ", tile->split == SPLIT_BESIDE ? '|' : '_', tile->share);
		add_tile(screen, tabs, tile->halves[0], out);
		buf_addc(out, ' ');
		add_tile(screen, tabs, tile->halves[1], out);
		return;
	}
	while (number < screen->n_tabs && tabs[number] != pane->tab)
		number++;
	buf_addf(out, "%zu", number + 1);
	if (pane->kind != PANE_ROWS)
		buf_addf(out, ":%s", kind_words[pane->kind]);
	if (i == screen->tiling.focus && tiling_n_leaves(&screen->tiling) > 1)
		buf_addc(out, '*');
}

static void add_wish(bool is_so, enum wish wish, struct buf *out)
{
	if (is_so)
		buf_addf(out, " %s", wish_words[wish]);
}

void screen_panes_text(const struct screen *screen, struct buf *out)
{
	struct tab **tabs = sorted_tabs(screen);
	size_t was = out->len;

	if (!tabs)
		return;
	add_tile(screen, tabs, screen->tiling.root, out);
	free(tabs);
	add_wish(screen->tiling.is_alone, WISH_ALONE, out);
	add_wish(screen->is_zoomed, WISH_ZOOMED, out);
	add_wish(screen->is_log, WISH_LOG, out);
	add_wish(screen->detail == DETAIL_OPEN, WISH_DETAIL, out);
	add_wish(screen->detail == DETAIL_CLOSED, WISH_NO_DETAIL, out);
	/* One map and nothing else is how it begins. */
	if (screen->n_tabs == 1 && strcmp(buf_text(out) + was, "1") == 0)
		buf_cut(out, was);
}

/* -- reading --------------------------------------------------------------------------------------------- */

/* What is made of the text; it takes the screen's place when all of it was read. */
struct reading {
	const struct screen *screen;
	struct tab **tabs;
	const char *text, *at;
	struct tiling tiling;
	struct pane panes[TILING_TILES];
	bool is_zoomed, is_log;
	enum detail_wish detail;
	struct err *err;
};

static int refuse(struct reading *reading, const char *what)
{
	return err_at(reading->err, (int)(reading->at - reading->text) + 1, "%s", what);
}

/* The same of a word of that length, which more may make right as long as it is the last one, unless it is final. */
static int refuse_yet(struct reading *reading, size_t len, bool is_final, const char *what)
{
	int r = refuse(reading, what);

	return is_final || reading->at[len] ? r : -EAGAIN;
}

/* The word at the place, past which it goes; "" at the end. Its length, 0 where it is too long. */
static size_t next_word(struct reading *reading, char *word, size_t size)
{
	size_t len;

	reading->at += strspn(reading->at, " ");
	len = strcspn(reading->at, " ");
	if (len >= size)
		len = 0;
	memcpy(word, reading->at, len);
	word[len] = '\0';
	return len;
}

/* Its place among n words; -1: it is none of them. */
static int place_of(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int refuse_kind(struct reading *reading, const char *word)
{
	SCOPED(buf) text = {0};

	buf_addf(&text, "no pane is called '%s': there are ", word);
	for (int kind = 0; kind < N_PANE_KINDS; kind++)
		buf_addf(&text, "%s%s", kind ? ", " : "", kind_words[kind]);
	return refuse(reading, buf_text(&text));
}

static int read_leaf(struct reading *reading, int leaf, char *word)
{
	struct pane *pane = &reading->panes[leaf];
	size_t len = strlen(word), number;
	char *end;
	int kind;

	if (word[len - 1] == '*') {
		reading->tiling.focus = leaf;
		word[len - 1] = '\0';
	}
	number = strtoul(word, &end, 10);
	if (end == word || (*end && *end != ':'))
		return refuse(reading, "expected |, _ or the number of a map, as in 1 or 1:churn");
	kind = *end ? place_of(end + 1, kind_words, N_PANE_KINDS) : PANE_ROWS;
	if (kind < 0)
		return refuse_kind(reading, end + 1);
	if (number < 1 || number > reading->screen->n_tabs)
		return refuse(reading, "there is no such map in this set");
	*pane = (struct pane){.kind = (enum pane_kind)kind, .tab = reading->tabs[number - 1]};
	list_open(&pane->list, 1);
	for (int i = 0; i < TILING_TILES && kind == PANE_ROWS; i++)
		if (i != leaf && tiling_is_leaf(&reading->tiling, i) &&
		    reading->panes[i].tab == pane->tab && reading->panes[i].kind == PANE_ROWS)
			return refuse_yet(reading, strlen(word), *end,
					  "the rows of a map can be in one pane only");
	return 0;
}

/* Into the leaf, which is split where the word says so; as deep as there can be leaves. */
static int read_tile(struct reading *reading, int leaf)
{
	struct tiling *tiling = &reading->tiling;
	char word[24], *end;
	size_t len = next_word(reading, word, sizeof(word));
	long share;
	int r, made;

	if (!len)
		return refuse(reading, "expected |, _ or the number of a map");
	if (word[0] != '|' && word[0] != '_') {
		r = read_leaf(reading, leaf, word);
		reading->at += r < 0 ? 0 : len;
		return r;
	}
	share = word[1] ? strtol(word + 1, &end, 10) : TILING_EVEN;
	if (word[1] && (*end || share < TILING_LEAST || share > 100 - TILING_LEAST))
		return refuse_yet(reading, len,
				  *end || share * 10 < TILING_LEAST ||
					  share * 10 > 100 - TILING_LEAST,
				  "expected a percentage from 20 to 80 behind | or _");
	made = tiling_split(tiling, leaf, word[0] == '|' ? SPLIT_BESIDE : SPLIT_BELOW);
	if (made < 0)
		return refuse(reading, "more panes than there can be");
	tiling->tiles[tiling->tiles[leaf].parent].share = (int)share;
	reading->at += len;
	r = read_tile(reading, leaf);
	return r < 0 ? r : read_tile(reading, made);
}

static void take_wish(struct reading *reading, enum wish wish)
{
	if (wish == WISH_ALONE)
		reading->tiling.is_alone = tiling_n_leaves(&reading->tiling) > 1;
	else if (wish == WISH_ZOOMED)
		reading->is_zoomed = reading->panes[reading->tiling.focus].kind == PANE_ROWS;
	else if (wish == WISH_LOG)
		reading->is_log = true;
	else
		reading->detail = wish == WISH_DETAIL ? DETAIL_OPEN : DETAIL_CLOSED;
}

static int read_wishes(struct reading *reading)
{
	char word[24];
	size_t len;

	for (; (len = next_word(reading, word, sizeof(word))); reading->at += len) {
		int wish = place_of(word, wish_words, N_WISHES);

		if (wish < 0)
			return refuse(reading, "expected alone, zoomed, log, detail or no-detail");
		take_wish(reading, (enum wish)wish);
	}
	return *reading->at ? refuse(reading, "this word means nothing") : 0;
}

static void take_over(struct screen *screen, const struct reading *reading)
{
	screen->tiling = reading->tiling;
	memcpy(screen->panes, reading->panes, sizeof(screen->panes));
	screen->is_zoomed = reading->is_zoomed;
	screen->is_log = reading->is_log;
	screen->detail = reading->detail;
	pane_focus(screen, screen->tiling.focus);
}

/* Where a text is read that screen is to take over, or is not. */
static int read_panes(const struct screen *screen, const char *text, struct screen *taker,
		      struct err *err)
{
	struct reading reading = {.screen = screen, .text = text, .at = text, .err = err};
	int r;

	reading.tabs = sorted_tabs(screen);
	if (!reading.tabs)
		return screen->n_tabs ? err_set(err, -ENOMEM, "out of memory for panes") : 0;
	tiling_init(&reading.tiling);
	r = read_tile(&reading, 0);
	if (r == 0)
		r = read_wishes(&reading);
	if (r == 0 && taker)
		take_over(taker, &reading);
	free(reading.tabs);
	return r;
}

int screen_set_panes(struct screen *screen, const char *text, struct err *err)
{
	return read_panes(screen, text, screen, err);
}

int screen_check_panes(const struct screen *screen, const char *text, struct err *err)
{
	return read_panes(screen, text, NULL, err);
}

/* -- completion ------------------------------------------------------------------------------------------- */

static void offer_words(const struct offering *offering, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		offer_word(offering, words[i]);
}

static void offer_maps(const struct offering *offering, size_t n)
{
	for (size_t i = 1; i <= n; i++) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i);
		offer_word(offering, number);
	}
}

void panes_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		    void *ctx)
{
	static const char *const splits[] = {"|", "_"};
	struct offering offering = {text + at, 0, offer, ctx};
	struct err fault = {0};
	SCOPED(buf) before = {0};

	while (offering.typed > text && !strchr(" :", offering.typed[-1]))
		offering.typed--;
	offering.len = (size_t)(text + at - offering.typed);
	if (offering.typed > text && offering.typed[-1] == ':') {
		offer_words(&offering, kind_words, N_PANE_KINDS);
		return;
	}
	/* Where all panes are there, nothing but wishes may follow. */
	buf_add(&before, text, (size_t)(offering.typed - text));
	if (screen_check_panes(screen, buf_text(&before), &fault) == 0) {
		offer_words(&offering, wish_words, N_WISHES);
		return;
	}
	offer_words(&offering, splits, ARRAY_LEN(splits));
	offer_maps(&offering, screen->n_tabs);
}
