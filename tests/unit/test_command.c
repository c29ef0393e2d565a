/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line while it is typed: what can still become right is no fault, what cannot is one at once,
 * and Enter judges all of it. */
#include "tests/unit/stage.h"
#include "tests/unit/starved.h"
#include "ui/state.h"
#include "ui/term.h"

static void open_maps(struct stage *stage)
{
	stage_open(stage, "test_command");
	open_map(stage, "flows");
	open_map(stage, "ports");
	take_ticks(stage, 2);
}

/* Where each allocation fails once, a few of the lines will do. */
static size_t next(size_t i)
{
	return i + unless_starved(1, 12);
}

static bool is_marked(const struct stage *stage)
{
	return stage->screen->fault.text[0] != '\0';
}

static void no_beginning_is_a_fault(void **state)
{
	static const char *const lines[] = {
		"pause",
		"panes |60 1* _50 2 2:churn zoomed log",
		"panes _50 1* 1:detail",
		"map ports",
		"map 2",
		"theme gruvbox",
		"values rate",
		"interval 0.5",
		"interval 2m",
		"interval 500ms",
		"smooth 5000ms",
		"filter packets.rate > 1.5k and saddr in 10.0.0.0/8",
		"filter dport in (80, 443) or proto == tcp",
		"sort -packets.rate,saddr",
		"group saddr/24,proto,bytes:log2",
		"columns saddr,bytes:size",
		"search proto == udp",
		"filter bytes / packets > 100 and not (saddr not in 10.0.0.0/8)",
		"filter (proto == tcp or (proto == udp and dport == 53)) state == new",
		"filter saddr ~ \"^(10|192)[.]\" && packets > 3 || age < 5s",
	};
	struct stage stage;

	(void)state;
	open_maps(&stage);
	for (size_t i = 0; i < ARRAY_LEN(lines); i = next(i)) {
		press(&stage, ':');
		for (size_t n = 0; lines[i][n]; n++) {
			press(&stage, (uint32_t)lines[i][n]);
			if (is_marked(&stage))
				fail_msg("'%.*s' is marked: %s", (int)n + 1, lines[i],
					 stage.screen->fault.text);
		}
		assert_int_equal(command_check(stage.screen, lines[i]), 0);
		press(&stage, TERM_ESCAPE);
	}
	stage_close(&stage);
}

/* From the byte on where nothing that follows can make it right. */
static void what_cannot_become_right_is_marked(void **state)
{
	static const struct {
		const char *line;
		size_t n_open;
		int column;
	} rows[] = {
		{"xyzzy", 0, 1},
		{"pausf", 4, 1},
		{"panes 1:chux", 11, 7},
		{"panes |60 1 3", 12, 13},
		{"panes |9", 7, 7},
		{"panes _50 1 1 ", 13, 13},
		{"map port1", 8, 5},
		{"map 3", 4, 5},
		{"theme nox", 8, 7},
		{"values rax", 9, 8},
		{"panes 1 zoomed x", 15, 16},
		{"filter pakets > 5", 16, 8},
		{"filter (packets > 1))", 20, 21},
		{"sort -zz,packets", 8, 7},
		{"filter name ~ \"(a\" ", 17, 8},
		{"pause now", 6, 7},
	};
	struct stage stage;

	(void)state;
	open_maps(&stage);
	for (size_t i = 0; i < ARRAY_LEN(rows); i = next(i)) {
		press(&stage, ':');
		for (size_t n = 0; rows[i].line[n]; n++) {
			press(&stage, (uint32_t)rows[i].line[n]);
			if (is_marked(&stage) != (n + 1 > rows[i].n_open))
				fail_msg("'%.*s': '%s'", (int)n + 1, rows[i].line,
					 stage.screen->fault.text);
		}
		assert_int_equal(stage.screen->fault.column, rows[i].column);
		press(&stage, TERM_ESCAPE);
	}
	stage_close(&stage);
}

/* What is unfinished by then has its sentence. */
static void enter_judges(void **state)
{
	static const struct {
		const char *line;
		int column;
	} rows[] = {{"pan", 1},
		    {"panes 1:", 7},
		    {"panes |6", 7},
		    {"map port", 5},
		    {"theme no", 7},
		    {"interval 0", 10},
		    {"filter packets >", 17},
		    {"interval 2x", 10},
		    {"filter saddr ", 8}};
	struct stage stage;

	(void)state;
	open_maps(&stage);
	for (size_t i = 0; i < ARRAY_LEN(rows); i = next(i)) {
		press(&stage, ':');
		for (size_t n = 0; rows[i].line[n]; n++)
			press(&stage, (uint32_t)rows[i].line[n]);
		assert_false(is_marked(&stage));
		press(&stage, TERM_ENTER);
		assert_int_equal(stage.screen->prompting, PROMPT_COMMAND);
		assert_true(is_marked(&stage));
		assert_int_equal(stage.screen->fault.column, rows[i].column);
		press(&stage, TERM_ESCAPE);
	}
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_beginning_is_a_fault),
		cmocka_unit_test(what_cannot_become_right_is_marked),
		cmocka_unit_test(enter_judges),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
