/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The panes as text: what is written is read, in whatever order the maps were opened; what is wrong is
 * named with its place, and leaves everything as it was; whatever stands there, the screen stands. */
#include "tests/unit/stage.h"
#include "tests/unit/starved.h"
#include "ui/keys.h"
#include "ui/term.h"

static void open_maps(struct stage *stage, const char *a, const char *b, const char *c)
{
	stage_open(stage, "test_panes");
	assert_int_equal(grid_resize(&stage->grid, 60, 200), 0);
	open_map(stage, a);
	open_map(stage, b);
	open_map(stage, c);
	take_ticks(stage, 2);
}

static void assert_panes(const struct stage *stage, const char *text)
{
	SCOPED(buf) is = {0};

	screen_panes_text(stage->screen, &is);
	assert_string_equal(buf_text(&is), text);
}

static void set_panes(struct stage *stage, const char *text)
{
	struct err err = {0};

	if (screen_set_panes(stage->screen, text, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	draw(stage);
}

static void type_keys(struct stage *stage, const char *keys)
{
	for (; *keys; keys++)
		press(stage, *keys == '^' ? TERM_CTRL + 'w' : (uint32_t)*keys);
}

static void what_keys_make_is_written(void **state)
{
	struct stage stage;

	(void)state;
	open_maps(&stage, "verdicts", "flows", "ports");
	/* by name: 1 flows, 2 ports, 3 verdicts */
	assert_panes(&stage, "3");
	type_keys(&stage, "2");
	assert_panes(&stage, "1");
	type_keys(&stage, "|_^+");
	assert_panes(&stage, "|50 _60 1* 3 2");
	type_keys(&stage, "^w^wCL^w");
	assert_panes(&stage, "|50 _60 1* 3 2:churn log");
	type_keys(&stage, "ee");
	assert_panes(&stage, "|50 _60 1* 3 2:churn alone zoomed log");
	type_keys(&stage, "e^oL");
	assert_panes(&stage, "1");
	stage_close(&stage);
}

static void a_pane_a_map(void **state)
{
	struct stage stage;

	(void)state;
	open_maps(&stage, "verdicts", "flows", "ports");
	screen_tile(stage.screen);
	assert_panes(&stage, "_33 3* _50 1 2");
	open_map(&stage, "sizes");
	open_map(&stage, "globals");
	take_ticks(&stage, 1);
	screen_tile(stage.screen);
	/* 1 flows, 2 globals, 3 ports, 4 sizes, 5 verdicts */
	assert_panes(&stage, "|50 _33 5* _50 1 3 _50 4 2");
	draw(&stage);
	stage_close(&stage);
}

static void the_same_set_finds_its_panes_again(void **state)
{
	static const char *const texts[] = {
		"1",
		"2",
		"|50 1 2* alone",
		"_20 3* |80 1 2:metrics log detail",
		"|50 _50 1:detail* 1:churn _50 1 1:messages no-detail",
		"|30 _30 |30 1 2 3 3:detail* zoomed",
		"|50 _50 1 2 _50 |50 3* 1:churn _50 1:metrics |50 1:detail _50 2:churn 2:detail",
	};
	SCOPED(buf) one = {0}, other = {0};
	struct stage stage, again;

	(void)state;
	open_maps(&stage, "flows", "ports", "verdicts");
	open_maps(&again, "verdicts", "flows", "ports");
	screen_set_name(stage.screen, &one);
	screen_set_name(again.screen, &other);
	assert_string_equal(buf_text(&one), "flows,ports,verdicts");
	assert_string_equal(buf_text(&one), buf_text(&other));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		SCOPED(buf) is = {0};

		set_panes(&stage, texts[i]);
		screen_panes_text(stage.screen, &is);
		/* zoomed means rows: where they are not, it is dropped */
		if (!strstr(texts[i], "zoomed"))
			assert_string_equal(buf_text(&is), texts[i]);
		set_panes(&again, buf_text(&is));
		assert_panes(&again, buf_text(&is));
		assert_string_equal(screen_front(stage.screen)->map.name,
				    screen_front(again.screen)->map.name);
	}
	stage_close(&again);
	stage_close(&stage);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *fault;
		int column;
	} faults[] = {
		{"", "expected |, _ or the number of a map", 1},
		{"|50 1", "expected |, _ or the number of a map", 6},
		{"|50 1 4", "no such map", 7},
		{"0", "no such map", 1},
		{"|50 1 1", "in one pane only", 7},
		{"|5 1 2", "percentage", 1},
		{"_x 1 2", "percentage", 1},
		{"1:rowz", "no pane is called 'rowz': there are rows, ring, ", 1},
		{"ports", "expected |, _ or the number", 1},
		{"1 2", "expected alone", 3},
		{"1 loud", "expected alone", 3},
		{"1 log no-detail-at-all-that-is-too-long", "means nothing", 7},
		{"| | | | | | | | | | | |", "more panes", 17},
	};
	struct stage stage;

	(void)state;
	open_maps(&stage, "flows", "ports", "verdicts");
	set_panes(&stage, "|60 1 2* log");
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct err err = {0};

		assert_true(screen_check_panes(stage.screen, faults[i].text, &err) < 0);
		assert_true(screen_set_panes(stage.screen, faults[i].text, &err) < 0);
		if (!strstr(err.text, faults[i].fault) || err.column != faults[i].column)
			fail_msg("'%s': '%s' at %d", faults[i].text, err.text, err.column);
		assert_panes(&stage, "|60 1 2* log");
	}
	stage_close(&stage);
}

/* A map that is closed takes its panes along; the last pane shows another map. */
static void panes_go_with_their_map(void **state)
{
	struct stage stage;

	(void)state;
	open_maps(&stage, "flows", "ports", "verdicts");
	set_panes(&stage, "|50 _50 1* 1:churn _50 2 1:detail");
	type_keys(&stage, "X");
	assert_panes(&stage, "1");
	assert_string_equal(screen_front(stage.screen)->map.name, "ports");
	type_keys(&stage, "X");
	assert_string_equal(screen_front(stage.screen)->map.name, "verdicts");
	assert_panes(&stage, "");
	type_keys(&stage, "X|_^w^ce");
	assert_null(screen_front(stage.screen));
	stage_close(&stage);
}

static void whatever_is_read_the_screen_stands(void **state)
{
	static const char *const words[] = {
		"|",	 "_",	   "|60",     "_20",	  "1",
		"2",	 "3*",	   "1:churn", "2:detail", "1*",
		"alone", "zoomed", "log",     "detail",	  "|999999999999",
		":",	 "*",	   "1:",      "\x01"};
	struct stage stage;

	(void)state;
	srand(1);
	open_maps(&stage, "flows", "ports", "verdicts");
	for (int i = 0; i < (int)unless_starved(4000, 40); i++) {
		SCOPED(buf) text = {0};
		struct err err = {0};

		for (int n = rand() % 20; n >= 0; n--)
			buf_addf(&text, "%s ", words[(size_t)rand() % ARRAY_LEN(words)]);
		if (screen_set_panes(stage.screen, buf_text(&text), &err) < 0)
			assert_true(err.text[0] && err.column > 0);
		else
			draw(&stage);
	}
	stage_close(&stage);
}

/* A search that finds nothing is no message: drawn again, the messages are the same. */
static void drawing_says_nothing(void **state)
{
	struct stage stage;
	SCOPED(grid) before = {0};

	(void)state;
	open_maps(&stage, "verdicts", "flows", "ports");
	set_panes(&stage, "_50 1* 2:messages");
	type_keys(&stage, "zz^w/nowhere");
	press(&stage, TERM_ENTER);
	assert_int_equal(grid_copy(&before, &stage.grid), 0);
	draw(&stage);
	assert_memory_equal(before.cells, stage.grid.cells,
			    (size_t)before.n_rows * before.n_cols * sizeof(*before.cells));
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keys_make_is_written),
		cmocka_unit_test(a_pane_a_map),
		cmocka_unit_test(the_same_set_finds_its_panes_again),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(panes_go_with_their_map),
		cmocka_unit_test(whatever_is_read_the_screen_stands),
		cmocka_unit_test(drawing_says_nothing),
	};

	return cmocka_run_group_tests_name("panes", tests, NULL, NULL);
}
