/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Golden screens: each tests/screens/NAME.txt is a script and the screen it must give.
 *
 *   # what it shows
 *   map flows               simulated maps to open, in the order of the tabs
 *   size 80x24              columns x rows
 *   ascii                   glyphs from ASCII only; without it UTF-8
 *   ticks 3                 readings taken, a second apart
 *   keys s Down Enter       names of keys, or "text" typed as it stands
 *   filter / sort / columns TEXT      as the options give them
 *   roles                   compare the roles too
 *   ----                    the screen follows, then, when asked for, "---- roles" and the roles
 *
 * ticks and keys may come again and again, in any order. SCREENS_REWRITE=1 writes the expected part
 * anew instead of comparing it. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/table.h"
#include "read/source.h"
#include "read/spec.h"
#include "ui/grid.h"
#include "ui/screen.h"
#include "ui/term.h"

#define SCREENS	   "tests/screens/"
#define SECOND_NS  1000000000ull
#define START_WALL 1795269600ull /* 2026-11-21 14:00:00 */

enum { MAX_TABLES = 8, MAX_FILE_BYTES = 1 << 20, SEED = 1 };

struct stage {
	struct source *sim;
	struct screen *screen;
	struct table tables[MAX_TABLES];
	size_t n_tables;
	struct grid grid;
	struct map_list picked;
	uint64_t now_ns, interval_ns, tick;
	bool with_roles, quits;
	char theme[64];
	const char *file;
	int line;
};

static void stop(const struct stage *stage, const char *what, const char *text)
{
	fail_msg("%s:%d: %s: %s", stage->file, stage->line, what, text);
}

static void set_clock(struct stage *stage, uint64_t now_ns)
{
	stage->now_ns = now_ns;
	clock_hold(now_ns, START_WALL * SECOND_NS + now_ns);
}

static void open_map(struct stage *stage, const char *name)
{
	struct spec spec = {.kind = SPEC_SIM, .text = name};
	struct map_list found = {0};
	struct plan plan = {0};
	struct err err = {0};
	struct table *table = &stage->tables[stage->n_tables];

	assert_true(stage->n_tables < MAX_TABLES);
	if (stage->sim->ops->find(stage->sim, &spec, &found, &err) < 0 || found.n != 1)
		stop(stage, "no such map", err.text);
	if (stage->sim->ops->plan(stage->sim, &found.maps[0], &plan, &err) < 0)
		stop(stage, "no plan", err.text);
	assert_int_equal(table_init(table, &found.maps[0], &plan), 0);
	map_list_release(&found);
	assert_int_equal(screen_add(stage->screen, table, &err), 0);
	stage->n_tables++;
}

/* As the driver does it: the drawn frame decides the window that the next reading sorts. */
static void draw(struct stage *stage)
{
	struct screen_facts facts = {
		.host = "web-03",
		.interval_ns = stage->interval_ns,
		.now_ns = stage->now_ns,
		.wall_ns = clock_wall_ns(),
		.badge = NULL,
		.theme = stage->theme,
		.is_ascii = stage->grid.is_ascii,
	};

	screen_draw(stage->screen, &facts, &stage->grid);
}

static void take_reading(struct stage *stage)
{
	const struct read_plan how = {0};
	struct err err = {0};

	source_sim_hold_tick(stage->sim, stage->tick);
	for (size_t i = 0; i < stage->n_tables; i++) {
		struct table *table = &stage->tables[i];

		snap_clear(table->next, &table->map);
		if (source_read(stage->sim, &table->map, &how, table->next, &err) < 0)
			stop(stage, "no reading", err.text);
		table->next->started_ns = stage->now_ns;
		table->next->ended_ns = stage->now_ns + 1500000;
		table->next->busy_ns = 1500000;
		table->next->wall_ns = clock_wall_ns();
		if (screen_is_paused(stage->screen))
			continue;
		assert_int_equal(table_take(table), 0);
		screen_took(stage->screen, table);
	}
	stage->tick++;
	draw(stage);
}

static void take_ticks(struct stage *stage, int n)
{
	for (int i = 0; i < n; i++) {
		take_reading(stage);
		set_clock(stage, stage->now_ns + SECOND_NS);
	}
}

static void pick(struct stage *stage)
{
	struct err err = {0};

	map_list_release(&stage->picked);
	assert_int_equal(stage->sim->ops->list(stage->sim, &stage->picked, &err), 0);
	screen_pick(stage->screen, &stage->picked, NULL);
}

static void obey(struct stage *stage, struct intent intent)
{
	switch (intent.kind) {
	case INTENT_OPEN_PICKER:
		pick(stage);
		break;
	case INTENT_OPEN_IDS:
		screen_say(stage->screen, false, "opens %zu, first %u", intent.n_ids,
			   intent.ids[0]);
		break;
	case INTENT_INTERVAL:
		stage->interval_ns = intent.number;
		break;
	case INTENT_BASELINE:
		assert_int_equal(table_baseline(screen_front(stage->screen)), 0);
		break;
	case INTENT_THEME:
		snprintf(stage->theme, sizeof(stage->theme), "%s",
			 intent.text ? intent.text : "next");
		screen_say(stage->screen, false, "theme '%s'", stage->theme);
		break;
	case INTENT_QUIT:
		stage->quits = true;
		break;
	case INTENT_COPY:
	case INTENT_WRITE:
		screen_say(stage->screen, false, "%s '%s'",
			   intent.kind == INTENT_COPY ? "copied" : "wrote", intent.text);
		break;
	default:
		break;
	}
}

static void press(struct stage *stage, uint32_t key)
{
	obey(stage, screen_key(stage->screen, key));
	draw(stage);
}

static uint32_t key_named(const char *name)
{
	static const struct {
		const char *name;
		uint32_t key;
	} rows[] = {
		{"Up", TERM_UP},	{"Down", TERM_DOWN},
		{"Left", TERM_LEFT},	{"Right", TERM_RIGHT},
		{"PgUp", TERM_PAGE_UP}, {"PgDn", TERM_PAGE_DOWN},
		{"Home", TERM_HOME},	{"End", TERM_END},
		{"Enter", TERM_ENTER},	{"Esc", TERM_ESCAPE},
		{"Tab", TERM_TAB},	{"S-Tab", TERM_BACK_TAB},
		{"Space", ' '},		{"Backspace", TERM_BACKSPACE},
		{"F1", TERM_F1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].key;
	if (name[0] == '^' && name[1])
		return TERM_CTRL + (uint32_t)name[1];
	return name[1] ? 0 : (uint32_t)name[0];
}

static void type_text(struct stage *stage, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t point;

		at += utf8_next(text + at, len - at, &point);
		press(stage, point);
	}
}

static void press_keys(struct stage *stage, char *names)
{
	while (*(names += strspn(names, " "))) {
		char *end;
		uint32_t key;

		if (*names == '"' && (end = strchr(names + 1, '"'))) {
			type_text(stage, names + 1, (size_t)(end - names - 1));
			names = end + 1;
			continue;
		}
		end = names + strcspn(names, " ");
		if (*end)
			*end++ = '\0';
		key = key_named(names);
		if (!key)
			stop(stage, "no such key", names);
		press(stage, key);
		names = end;
	}
}

static void set_size(struct stage *stage, const char *text)
{
	int n_cols = 0, n_rows = 0;

	if (sscanf(text, "%dx%d", &n_cols, &n_rows) != 2)
		stop(stage, "size is COLSxROWS", text);
	assert_int_equal(grid_resize(&stage->grid, n_rows, n_cols), 0);
}

static void option(struct stage *stage, int (*to)(struct screen *, const char *, struct err *),
		   const char *text)
{
	struct err err = {0};

	if (to(stage->screen, text, &err) < 0)
		stop(stage, text, err.text);
}

static void run_line(struct stage *stage, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (*rest)
		*rest++ = '\0';
	if (strcmp(line, "map") == 0)
		open_map(stage, rest);
	else if (strcmp(line, "size") == 0)
		set_size(stage, rest);
	else if (strcmp(line, "ascii") == 0)
		stage->grid.is_ascii = true;
	else if (strcmp(line, "ticks") == 0)
		take_ticks(stage, atoi(rest));
	else if (strcmp(line, "keys") == 0)
		press_keys(stage, rest);
	else if (strcmp(line, "filter") == 0)
		option(stage, screen_filter, rest);
	else if (strcmp(line, "sort") == 0)
		option(stage, screen_sort, rest);
	else if (strcmp(line, "columns") == 0)
		option(stage, screen_columns, rest);
	else if (strcmp(line, "roles") == 0)
		stage->with_roles = true;
	else
		stop(stage, "no such word", line);
}

static void stage_open(struct stage *stage, const char *file)
{
	*stage = (struct stage){.file = file, .interval_ns = SECOND_NS, .theme = "default"};
	log_clear();
	stage->screen = screen_new();
	assert_non_null(stage->screen);
	assert_int_equal(source_sim_new(SEED, &stage->sim), 0);
	assert_int_equal(grid_resize(&stage->grid, 24, 80), 0);
	set_clock(stage, SECOND_NS);
}

static void stage_close(struct stage *stage)
{
	screen_free(stage->screen);
	for (size_t i = 0; i < stage->n_tables; i++)
		table_release(&stage->tables[i]);
	map_list_release(&stage->picked);
	stage->sim->ops->free(stage->sim);
	grid_release(&stage->grid);
	clock_free_run();
}

static void expected_of(const struct stage *stage, struct buf *out)
{
	buf_adds(out, "----\n");
	grid_text(&stage->grid, out);
	if (stage->with_roles) {
		buf_adds(out, "---- roles\n");
		grid_roles(&stage->grid, out);
	}
}

/* Runs the script of text; returns where its expected part begins. */
static const char *run_script(struct stage *stage, const char *text)
{
	while (*text && strncmp(text, "----\n", 5) != 0) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		stage->line++;
		if (len && line[0] != '#')
			run_line(stage, line);
		free(line);
		text += len + (text[len] == '\n');
	}
	draw(stage);
	return text;
}

static void the_screen_is_as_expected(void **state)
{
	const char *file = *state;
	SCOPED(buf) text = {0};
	SCOPED(buf) is = {0};
	struct stage stage;
	const char *expected;

	assert_int_equal(file_read(file, MAX_FILE_BYTES, &text), 0);
	stage_open(&stage, file);
	expected = run_script(&stage, buf_text(&text));
	expected_of(&stage, &is);
	if (getenv("SCREENS_REWRITE")) {
		SCOPED(buf) whole = {0};

		buf_add(&whole, text.at, (size_t)(expected - text.at));
		buf_add(&whole, is.at, is.len);
		assert_int_equal(file_replace(file, whole.at, whole.len, NULL), 0);
	} else if (strcmp(expected, buf_text(&is)) != 0) {
		stage_close(&stage);
		fail_msg("%s: expected\n%sbut is\n%s", file, expected, buf_text(&is));
	}
	stage_close(&stage);
}

static int is_script(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

int main(void)
{
	struct dirent **files;
	int n = scandir(SCREENS, &files, is_script, alphasort), failed;
	struct CMUnitTest *tests;
	struct arena mem = {0};

	if (n < 1)
		return 1;
	tests = arena_array(&mem, (size_t)n, sizeof(*tests));
	for (int i = 0; i < n; i++) {
		char *path = arena_printf(&mem, SCREENS "%s", files[i]->d_name);

		tests[i] = (struct CMUnitTest){.name = path + strlen(SCREENS),
					       .test_func = the_screen_is_as_expected,
					       .initial_state = path};
		free(files[i]);
	}
	free(files);
	failed = _cmocka_run_group_tests("screens", tests, (size_t)n, NULL, NULL);
	arena_release(&mem);
	return failed;
}
