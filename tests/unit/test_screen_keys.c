/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every key of the table does to the screen, at four sizes and with both sets of glyphs: each
 * tests/screens/keys/NAME.txt is a script (tests/unit/script.h) whose last line is
 *
 *   press Up k              keys that do the same, each pressed where the script has come to
 *
 * and before it, for a key that begins something, "then Right": what is pressed behind it; for one that
 * small screens have no use for, "from 80": the columns of the first that has.
 *
 * Behind it stands, size by size, each row of the screen that is another one now: its number, '|' and the
 * text, then ':' and the letter of each cell's role (ui/roles.h). Where ASCII has other glyphs 'u' and 'a'
 * tell the two apart. Without a key to press the whole screen stands there.
 *
 * Starved, the first key of each is pressed and drawn once, at one of the sizes, and compared with nothing.
 *
 * A key, an action or a pane that has no such screen is missed by the last test: a new key needs a new
 * script, whose expected part SCREENS_REWRITE=1 writes. */
#include "tests/unit/script.h"
#include "tests/unit/starved.h"

#define KEY_SCREENS "tests/screens/keys/"

enum { N_SIZES = 4, UTF8 = 0, ASCII, N_CHARSETS, N_SCREENS = N_SIZES * N_CHARSETS, MAX_MET = 400 };

static const struct {
	int n_cols, n_rows;
} sizes[N_SIZES] = {{40, 10}, {80, 24}, {120, 30}, {200, 60}};

/* A place on the screen, and the first of the sizes that has it. */
static const struct {
	const char *name;
	size_t area; /* in struct layout */
	unsigned from_size;
} zones[] = {
	{"identity", offsetof(struct layout, identity), 0},
	{"map", offsetof(struct layout, map), 1},
	{"rates", offsetof(struct layout, rates), 1},
	{"cpus", offsetof(struct layout, cpus), 1},
	{"tabs", offsetof(struct layout, tabs), 1},
	{"rows", offsetof(struct layout, rows), 0},
	{"detail", offsetof(struct layout, detail), 0},
	{"band", offsetof(struct layout, band), 3},
	{"counts", offsetof(struct layout, counts), 0},
	{"footer", offsetof(struct layout, footer), 0},
};

/* Bits of the screens that showed it, size * N_CHARSETS + charset. */
static struct {
	unsigned overlays[N_OVERLAYS], prompts[N_PROMPTS], zones[ARRAY_LEN(zones)],
		kinds[N_PANE_KINDS], bars, groups, splits;
	struct {
		enum key_scope scope;
		uint32_t key;
		unsigned screens;
	} keys[MAX_MET];
	size_t n_keys;
} met;

struct shot {
	struct grid before[N_CHARSETS], after[N_CHARSETS];
	bool quits;
};

static void shot_release(struct shot *shot)
{
	for (int i = 0; i < N_CHARSETS; i++) {
		grid_release(&shot->before[i]);
		grid_release(&shot->after[i]);
	}
}

static void note_key(enum key_scope scope, uint32_t key, unsigned screen)
{
	size_t i = 0;

	while (i < met.n_keys && (met.keys[i].scope != scope || met.keys[i].key != key))
		i++;
	assert_true(i < MAX_MET);
	met.n_keys = MAX_OF(met.n_keys, i + 1);
	met.keys[i].scope = scope;
	met.keys[i].key = key;
	met.keys[i].screens |= 1u << screen;
}

static bool is_seen(const struct screen *screen, int i)
{
	return tiling_is_leaf(&screen->tiling, i) && screen->layout.panes[i].n_rows > 0;
}

static int n_panes(const struct screen *screen)
{
	int n = 0;

	for (int i = 0; i < TILING_TILES; i++)
		n += is_seen(screen, i);
	return n;
}

static void note_panes(const struct screen *screen, unsigned bit)
{
	const struct tab *tab = front_tab(screen);

	met.overlays[screen->overlay] |= bit;
	met.prompts[screen->prompting] |= bit;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		const struct area *area =
			(const struct area *)((const char *)&screen->layout + zones[i].area);

		if (area->n_rows > 0 && area->n_cols > 0)
			met.zones[i] |= bit;
	}
	met.splits |= n_panes(screen) > 1 ? bit : 0;
	for (int i = 0; i < TILING_TILES && n_panes(screen) > 1; i++)
		met.kinds[screen->panes[i].kind] |= is_seen(screen, i) ? bit : 0;
	if (tab && screen->overlay == OVERLAY_NONE) {
		met.bars |= tab->shows_bars ? bit : 0;
		met.groups |= map_tab(screen)->groups ? bit : 0;
	}
}

/* Screens don't tell how fast the machine is. */
static void settle(struct stage *stage)
{
	while (screen_work(stage->screen, UINT64_MAX))
		;
}

static void take_pictures(struct stage *stage, unsigned size, struct grid out[N_CHARSETS])
{
	for (unsigned i = 0; i < N_CHARSETS; i++) {
		stage->grid.is_ascii = i == ASCII;
		draw(stage);
		settle(stage);
		draw(stage);
		assert_int_equal(grid_copy(&out[i], &stage->grid), 0);
		note_panes(stage->screen, 1u << (size * N_CHARSETS + i));
	}
	stage->grid.is_ascii = false;
}

/* The script at that size, and then the key, if there is one. */
static void shoot(struct shot *shot, const char *file, const char *text, unsigned size,
		  uint32_t key)
{
	struct stage stage;

	memset(shot, 0, sizeof(*shot));
	stage_open(&stage, file);
	assert_int_equal(grid_resize(&stage.grid, sizes[size].n_rows, sizes[size].n_cols), 0);
	run_script(&stage, text);
	if (key) {
		take_pictures(&stage, size, shot->before);
		for (unsigned i = 0; i < N_CHARSETS && !stage.screen->prompting; i++)
			note_key(screen_scope(stage.screen), key, size * N_CHARSETS + i);
		press(&stage, key);
		press_keys(&stage, stage.then);
	}
	take_pictures(&stage, size, shot->after);
	shot->quits = stage.quits;
	stage_close(&stage);
}

/* -- as text -- */

static struct grid row_of(const struct grid *grid, int row)
{
	return (struct grid){.cells = grid->cells ? grid->cells + row * grid->n_cols : NULL,
			     .n_rows = 1,
			     .n_cols = grid->n_cols,
			     .cursor_row = -1,
			     .cursor_col = -1};
}

static bool row_changed(const struct grid *before, const struct grid *after, int row)
{
	struct grid was = row_of(before, row), is = row_of(after, row);

	return !was.cells || !grid_equal(&was, &is);
}

/* One line of the row in each of the charsets, or one that both have. */
static void add_both(int row, char mark, struct buf texts[N_CHARSETS], struct buf *out)
{
	bool is_same = strcmp(buf_text(&texts[UTF8]), buf_text(&texts[ASCII])) == 0;

	for (int i = 0; i < (is_same ? 1 : N_CHARSETS); i++)
		if (mark == '|' || texts[i].len > 1)
			buf_addf(out, "%2d%c%c%s", row + 1, is_same ? ' ' : "ua"[i], mark,
				 buf_text(&texts[i]));
	for (int i = 0; i < N_CHARSETS; i++)
		buf_clear(&texts[i]);
}

static void add_row(const struct shot *shot, int row, struct buf *out)
{
	struct buf texts[N_CHARSETS] = {0};

	for (int i = 0; i < N_CHARSETS; i++) {
		struct grid is = row_of(&shot->after[i], row);

		grid_text(&is, &texts[i]);
	}
	add_both(row, '|', texts, out);
	for (int i = 0; i < N_CHARSETS; i++) {
		struct grid is = row_of(&shot->after[i], row);

		grid_role_letters(&is, &texts[i]);
	}
	add_both(row, ':', texts, out);
	for (int i = 0; i < N_CHARSETS; i++)
		buf_release(&texts[i]);
}

/* true: there is something to see. */
static bool add_size(const struct shot *shot, unsigned size, struct buf *out)
{
	const struct grid *after = &shot->after[UTF8];
	size_t was;

	buf_addf(out, "---- %dx%d\n", sizes[size].n_cols, sizes[size].n_rows);
	was = out->len;
	for (int row = 0; row < after->n_rows; row++)
		if (row_changed(&shot->before[UTF8], after, row) ||
		    row_changed(&shot->before[ASCII], &shot->after[ASCII], row))
			add_row(shot, row, out);
	if (after->cursor_row >= 0)
		buf_addf(out, "cursor %d,%d\n", after->cursor_row + 1, after->cursor_col + 1);
	if (shot->quits)
		buf_adds(out, "quits\n");
	if (out->len > was)
		return true;
	buf_adds(out, "as before\n");
	return false;
}

static void must_be_same(const struct shot *a, const struct shot *b, const char *file,
			 const char *names)
{
	for (int i = 0; i < N_CHARSETS; i++)
		if (!grid_equal(&a->after[i], &b->after[i]) || a->quits != b->quits)
			fail_msg("%s: of '%s' not all do the same", file, names);
}

/* The first of the names, cut off; 0: there is none. */
static uint32_t next_key(const char **names)
{
	size_t len;
	uint32_t key;

	*names += strspn(*names, " ");
	len = strcspn(*names, " ");
	key = key_named(*names, len);
	if (len && !key)
		fail_msg("no such key: %s", *names);
	*names += len;
	return key;
}

/* What the script presses at its end, and from which size on; returns where its expected part begins. */
static const char *read_script(const char *file, const char *text, struct stage *about)
{
	const char *expected;

	stage_open(about, file);
	expected = run_script(about, text);
	stage_close(about);
	return expected;
}

static bool add_shots(const char *file, const char *text, const struct stage *about,
		      struct buf *out)
{
	const char *pressed = about->pressed;
	bool shows = false;

	for (unsigned size = 0; size < N_SIZES; size++) {
		const char *names = pressed;
		struct shot first, shot;
		uint32_t key = next_key(&names);

		if (sizes[size].n_cols < about->from_cols)
			continue;
		shoot(&first, file, text, size, key);
		while (key && (key = next_key(&names))) {
			shoot(&shot, file, text, size, key);
			must_be_same(&first, &shot, file, pressed);
			shot_release(&shot);
		}
		shows |= add_size(&first, size, out);
		shot_release(&first);
	}
	return shows;
}

/* The script, its first key and one picture at one of the sizes. */
static void press_starved(const char *file, const char *text)
{
	unsigned size = strlen(file) % 2; /* small ones are drawn fast */
	struct stage stage;
	const char *names = stage.pressed;
	uint32_t key;

	stage_open(&stage, file);
	run_script(&stage, text);
	while (sizes[size].n_cols < stage.from_cols)
		size++;
	assert_int_equal(grid_resize(&stage.grid, sizes[size].n_rows, sizes[size].n_cols), 0);
	key = next_key(&names);
	if (key)
		press(&stage, key);
	press_keys(&stage, stage.then);
	settle(&stage);
	draw(&stage);
	stage_close(&stage);
}

static void the_key_does_as_expected(void **state)
{
	const char *file = *state, *expected;
	SCOPED(buf) text = {0};
	SCOPED(buf) is = {0};
	struct stage about;

	assert_int_equal(file_read(file, MAX_FILE_BYTES, &text), 0);
	if (is_starved()) {
		press_starved(file, buf_text(&text));
		return;
	}
	expected = read_script(file, buf_text(&text), &about);
	if (!add_shots(file, buf_text(&text), &about, &is))
		fail_msg("%s: '%s' does nothing at any size", file, about.pressed);
	compare(file, &text, expected, &is);
}

/* -- nothing is missed -- */

static unsigned screens_of_key(enum key_scope scope, uint32_t key)
{
	for (size_t i = 0; i < met.n_keys; i++)
		if (met.keys[i].scope == scope && met.keys[i].key == key)
			return met.keys[i].screens;
	return 0;
}

static void miss_key(const struct key_row *row, enum key_scope scope, uint32_t key,
		     struct buf *missing)
{
	enum { ALL_SCREENS = (1 << N_SCREENS) - 1, SMALLEST = (1 << N_CHARSETS) - 1 };
	/* The smallest has no room for panes. */
	unsigned excused = scope == SCOPE_PANES ? SMALLEST : 0;

	if ((screens_of_key(scope, key) | excused) == ALL_SCREENS)
		return;
	buf_adds(missing, "\nkey ");
	key_spell(key, missing);
	buf_addf(missing, " (%s) in scope %d", act_rows[row->action].name, (int)scope);
}

static void miss_row(const struct key_row *row, enum key_scope scope, struct buf *missing)
{
	for (int k = 0; k < KEY_ROW_KEYS && row->keys[k]; k++)
		miss_key(row, scope, row->keys[k], missing);
	if (row->range_end)
		miss_key(row, scope, row->range_end, missing);
}

static void every_key_has_its_screens(void **state)
{
	SCOPED(buf) missing = {0};

	(void)state;
	for (unsigned i = 0; i < n_key_rows; i++)
		for (unsigned scopes = key_rows[i].scopes; scopes; scopes &= scopes - 1)
			miss_row(&key_rows[i], (enum key_scope)(scopes & -scopes), &missing);
	for (int action = 1; action < N_ACTIONS; action++) {
		unsigned i = 0;

		while (i < n_key_rows && key_rows[i].action != (enum action)action)
			i++;
		if (i == n_key_rows)
			buf_addf(&missing, "\naction '%s'", act_rows[action].name);
	}
	if (missing.len)
		fail_msg("no script in " KEY_SCREENS " presses:%s", buf_text(&missing));
}

/* Screens from that size on. */
static void miss_pane(const char *name, unsigned screens, unsigned from_size, struct buf *missing)
{
	for (unsigned i = from_size * N_CHARSETS; i < N_SCREENS; i++)
		if (!(screens & 1u << i)) {
			buf_addf(missing, "\n%s at %dx%d", name, sizes[i / N_CHARSETS].n_cols,
				 sizes[i / N_CHARSETS].n_rows);
			return;
		}
}

static void every_pane_has_its_screens(void **state)
{
	SCOPED(buf) missing = {0};

	(void)state;
	for (int i = 1; i < N_OVERLAYS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "overlay %d", i);
		miss_pane(name, met.overlays[i], 0, &missing);
	}
	for (int i = 1; i < N_PROMPTS; i++)
		miss_pane(prompt_label((enum prompt_kind)i), met.prompts[i], 0, &missing);
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		miss_pane(zones[i].name, met.zones[i], zones[i].from_size, &missing);
	miss_pane("several panes", met.splits, 1, &missing);
	for (int i = 0; i < N_PANE_KINDS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "pane kind %d", i);
		miss_pane(name, met.kinds[i], 1, &missing);
	}
	miss_pane("bars", met.bars, 0, &missing);
	miss_pane("groups", met.groups, 0, &missing);
	if (missing.len)
		fail_msg("no screen of:%s", buf_text(&missing));
}

int main(void)
{
	const struct CMUnitTest last[] = {
		cmocka_unit_test(every_key_has_its_screens),
		cmocka_unit_test(every_pane_has_its_screens),
	};

	return run_folder(KEY_SCREENS, the_key_does_as_expected, last, ARRAY_LEN(last));
}
