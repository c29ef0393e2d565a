/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whatever a reading has to say against itself stands in the JSON of that reading and in the header of the
 * screen that shows it. */
#include "tests/unit/tables.h"

#include <errno.h>

#include "model/plan.h"
#include "out/out.h"
#include "query/view.h"
#include "ui/grid.h"
#include "ui/screen.h"

struct watched {
	struct table table;
	struct screen *screen;
	struct grid grid;
};

static void make_hits(struct table *table)
{
	struct plan plan = {0};

	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "id", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "hits", FIELD_UINT, 0, 8);
	make_table(table, &plan, 1);
}

static int open_watched(void **state)
{
	static struct watched watched;

	watched = (struct watched){0};
	make_hits(&watched.table);
	watched.screen = screen_new();
	assert_non_null(watched.screen);
	assert_int_equal(grid_resize(&watched.grid, 24, 120), 0);
	*state = &watched;
	return 0;
}

static int close_watched(void **state)
{
	struct watched *watched = *state;

	screen_free(watched->screen);
	grid_release(&watched->grid);
	table_release(&watched->table);
	return 0;
}

/* A reading of two rows with one note, and what that note needs. */
static void take_with(struct table *table, uint32_t note)
{
	snap_clear(table->next, &table->map);
	for (uint32_t key = 1; key <= 2; key++)
		assert_int_equal(snap_add(table->next, &key, &(uint64_t){key}), 0);
	table->next->ended_ns = (table->current->number + 1) * SECOND;
	table->next->method = "test";
	table->next->notes = note;
	table->next->error = -EIO;
	table->next->n_dropped = 3;
	table->next->n_there = 40;
	table->next->n_evicted = 5;
	table->next->n_looked_again = 64;
	table->next->n_missed = 2;
	assert_int_equal(table_take(table), 0);
}

static void check_json(struct table *table, const char *words)
{
	SCOPED(buf) out = {0};
	SCOPED(buf) wanted = {0};
	struct view view;

	view_init(&view);
	assert_int_equal(view_refresh(&view, table, 0), 0);
	assert_int_equal(out_named("json")->write(table, &view, &(struct out_job){0},
						  &(struct out_sink){&out}),
			 0);
	view_release(&view);
	buf_addf(&wanted, "\"notes\":[\"%s\"]", words);
	if (!strstr(buf_text(&out), buf_text(&wanted)))
		fail_msg("no %s in %s", buf_text(&wanted), buf_text(&out));
}

static void check_screen(struct watched *watched, const char *words)
{
	const struct screen_facts facts = {.interval_ns = SECOND};
	SCOPED(buf) text = {0};

	screen_took(watched->screen, &watched->table);
	screen_draw(watched->screen, &facts, &watched->grid);
	grid_text(&watched->grid, &text);
	if (!strstr(buf_text(&text), words))
		fail_msg("no '%s' in:\n%s", words, buf_text(&text));
}

static void start_watching(struct watched *watched)
{
	take_with(&watched->table, 0);
	assert_int_equal(screen_add(watched->screen, &watched->table, NULL), 0);
}

static void each_note_is_seen(void **state)
{
	struct watched *watched = *state;
	SCOPED(buf) words = {0};

	start_watching(watched);
	for (uint32_t note = SNAP_TRUNCATED; note <= SNAP_NOTE_LAST; note <<= 1) {
		take_with(&watched->table, note);
		buf_clear(&words);
		snap_notes(watched->table.current, &words);
		assert_true(words.len > 0);
		check_json(&watched->table, buf_text(&words));
		check_screen(watched, buf_text(&words));
	}
}

/* What was read of a map is not what is in it. */
static void rows_left_out_are_in_the_map(void **state)
{
	static const struct {
		uint32_t note;
		const char *fill, *counts;
	} cases[] = {
		{0, "2/1.00k", "2 of 2 shown  2 in map"},
		{SNAP_TRUNCATED, "4.0%  40/1.00k", "2 of 2 shown  2 read  40 in map"},
		{SNAP_PARTIAL, "-/1.00k", "2 of 2 shown  2 read  - in map"},
	};
	struct watched *watched = *state;

	start_watching(watched);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		take_with(&watched->table, cases[i].note);
		if (cases[i].note != SNAP_TRUNCATED)
			watched->table.current->n_there = 0;
		check_screen(watched, cases[i].fill);
		check_screen(watched, cases[i].counts);
	}
}

/* Whatever the screen's size and however many there are: where not all of it has room, its beginning. */
static void notes_are_seen_at_every_size(void **state)
{
	static const int sizes[][2] = {{5, 24}, {10, 40}, {24, 60}, {24, 80}, {10, 200}, {60, 200}};
	struct watched *watched = *state;
	char beginning[6] = ""; /* of 24 columns there is room for no more */
	SCOPED(buf) words = {0};

	start_watching(watched);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		assert_int_equal(grid_resize(&watched->grid, sizes[i][0], sizes[i][1]), 0);
		for (uint32_t note = SNAP_TRUNCATED; note <= SNAP_NOTE_LAST; note <<= 1) {
			take_with(&watched->table, note | SNAP_SLOW | SNAP_UNLOCKED);
			buf_clear(&words);
			snap_notes(watched->table.current, &words);
			memcpy(beginning, buf_text(&words), sizeof(beginning) - 1);
			check_screen(watched, beginning);
		}
	}
}

/* A map that another pane shows stands in no header, only in its caption. */
static void notes_are_seen_in_every_pane(void **state)
{
	struct watched *watched = *state;
	struct table other = {0};

	start_watching(watched);
	make_hits(&other);
	take_with(&other, 0);
	assert_int_equal(screen_add(watched->screen, &other, NULL), 0);
	check_screen(watched, "1 test");
	screen_key(watched->screen, '_');
	check_screen(watched, "2 test");
	take_with(&other, SNAP_RESTARTED);
	take_with(&watched->table, 0);
	check_screen(watched, "restarted");
	take_with(&other, 0);
	take_with(&watched->table, SNAP_RESTARTED);
	check_screen(watched, "restarted");
	screen_remove(watched->screen, &other);
	table_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_note_is_seen, open_watched, close_watched),
		cmocka_unit_test_setup_teardown(rows_left_out_are_in_the_map, open_watched,
						close_watched),
		cmocka_unit_test_setup_teardown(notes_are_seen_at_every_size, open_watched,
						close_watched),
		cmocka_unit_test_setup_teardown(notes_are_seen_in_every_pane, open_watched,
						close_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
