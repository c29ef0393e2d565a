/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was typed into prompts, on its way from run to run. */
#include "tests/unit/script.h"

static void run(struct stage *stage, const char *text)
{
	stage_open(stage, __FILE__);
	run_script(stage, text);
}

/* What is kept after this run, when `before` was kept already. */
static void check_kept(const struct stage *stage, const char *before, const char *is)
{
	SCOPED(buf) text = {0};

	screen_remembers(stage->screen, before, &text);
	assert_string_equal(buf_text(&text), is);
}

static void every_prompt_is_kept(void **state)
{
	struct stage stage;

	(void)state;
	run(&stage, "map flows\nticks 2\n"
		    "keys / \"packets > 1\" Enter\n"
		    "keys ^F \"tcp\" Enter\n"
		    "keys : \"sort packets\" Enter\n"
		    "keys w \"no_such.csv\" Enter\n"
		    "keys R \"no_such.tape\" Enter\n"
		    "keys d \"3\" Enter\n"
		    "keys b b \"proto\" Enter\n");
	assert_true(screen_has_typed(stage.screen));
	check_kept(&stage, "",
		   "filter packets > 1\nsearch tcp\ngroup proto\ncommand sort packets\n"
		   "write no_such.csv\nrecord no_such.tape\ninterval 3\n");
	stage_close(&stage);
}

/* Lines of another run that ended meanwhile stay, and what is repeated stands once. */
static void runs_add_to_each_other(void **state)
{
	struct stage stage;

	(void)state;
	run(&stage, "map flows\nticks 2\n");
	screen_recall(stage.screen, "record old.tape\nfilter bytes > 1\n");
	assert_false(screen_has_typed(stage.screen));
	check_kept(&stage, "record other.tape\n", "record other.tape\n");
	run_script(&stage, "keys / \"packets > 1\" Enter\n");
	check_kept(&stage, "record other.tape\nfilter bytes > 1\n",
		   "filter bytes > 1\nfilter packets > 1\nrecord other.tape\n");
	check_kept(&stage, "filter packets > 1\n", "filter packets > 1\n");
	stage_close(&stage);
}

/* Whoever wrote to the file meanwhile: only what a prompt could have taken comes back. */
static void what_no_prompt_took_is_dropped(void **state)
{
	struct stage stage;

	(void)state;
	run(&stage, "map flows\nticks 2\n");
	check_kept(&stage,
		   "nonsense x\nfilter\nfilter \nfilter \033[2J\n(null) a.tape\nfilter ok\n",
		   "filter ok\n");
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prompt_is_kept),
		cmocka_unit_test(runs_add_to_each_other),
		cmocka_unit_test(what_no_prompt_took_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
