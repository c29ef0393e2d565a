/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files of a recording that was made in several are replayed as if it were one: what was recorded both ways
 * is the same everywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "app/watch.h"
#include "base/num.h"
#include "read/replay.h"
#include "read/source.h"
#include "tests/unit/replay_files.h"
#include "tests/unit/replay_stage.h"
#include "tests/unit/starved.h"

static const char *const *shuffled(uint64_t seed)
{
	static const char *order[MAX_FILES];

	memcpy(order, files, sizeof(order));
	for (size_t i = n_files; i-- > 1;) {
		size_t k = num_random(&seed) % (i + 1);
		const char *was = order[i];

		order[i] = order[k];
		order[k] = was;
	}
	return order;
}

/* The recording in one file, and in several. */
struct both {
	struct source *tapes[2];
	struct stage stages[2][MAPS];
	size_t n_shown; /* starved, one is: it takes by far the most allocations, the same each time */
};

static void open_both(struct both *both)
{
	*both = (struct both){
		.tapes = {join((const char *[]){one}, 1), join(shuffled(7), n_files)}};
	for (size_t t = 0; t < 2; t++) {
		struct map_list found = {0};

		assert_int_equal(both->tapes[t]->ops->list(both->tapes[t], &found, NULL), 0);
		assert_int_equal(found.n, MAPS);
		for (size_t i = 0; i < MAPS; i++)
			stage_open(&both->stages[t][i], both->tapes[t], &found.maps[i]);
		map_list_release(&found);
	}
}

static void close_both(struct both *both)
{
	for (size_t t = 0; t < 2; t++) {
		for (size_t i = 0; i < MAPS; i++)
			stage_close(&both->stages[t][i]);
		both->tapes[t]->ops->free(both->tapes[t]);
	}
}

/* At the place that both are at. */
static void are_the_same(struct both *both)
{
	struct replay_state at[2];

	for (size_t i = 0; i < MAPS; i++) {
		SCOPED(buf) one_rows = {0}, one_all = {0}, rows = {0}, all = {0};
		struct stage *a = &both->stages[0][i], *b = &both->stages[1][i];

		assert_int_equal(stage_read(a), stage_read(b));
		if (!is_starved() || !both->n_shown++) {
			stage_show(a, &one_rows, &one_all);
			stage_show(b, &rows, &all);
		}
		same(&rows, &one_rows);
		same(&all, &one_all);
		assert_int_equal(replay_went(a->source, &a->table.map),
				 replay_went(b->source, &b->table.map));
		assert_true(a->source->ops->due(a->source, &a->table.map) ==
			    b->source->ops->due(b->source, &b->table.map));
	}
	for (size_t t = 0; t < 2; t++)
		replay_state(both->tapes[t], &at[t]);
	assert_true(at[0].place == at[1].place && at[0].n_places == at[1].n_places);
	assert_true(at[0].is_over == at[1].is_over && at[0].interval_ns == at[1].interval_ns);
	assert_true(!at[0].fault && !at[1].fault);
}

static void every_place_is_the_same(void **state)
{
	struct both both;
	int moved;

	(void)state;
	open_both(&both);
	do {
		are_the_same(&both);
		moved = replay_next(both.tapes[0], NULL);
		assert_int_equal(replay_next(both.tapes[1], NULL), moved);
	} while (moved);
	are_the_same(&both);
	close_both(&both);
}

static void any_place_that_is_sought_is_the_same(void **state)
{
	struct both both;
	uint64_t seed = 5;

	(void)state;
	open_both(&both);
	for (size_t jump = 0; jump < unless_starved(40, 4); jump++) {
		size_t place = num_random(&seed) % (TICKS + 2);

		replay_seek(both.tapes[0], place);
		replay_seek(both.tapes[1], place);
		are_the_same(&both);
	}
	close_both(&both);
}

static void it_plays_the_same(void **state)
{
	uint64_t now_ns = SIM_START_NS, seed = 11;
	struct both both;

	(void)state;
	open_both(&both);
	for (size_t turn = 0; turn < unless_starved(40, 4); turn++) {
		double speed = (double)(num_random(&seed) % 30) / 10;
		bool is_held = num_random(&seed) % 4 == 0;

		for (size_t t = 0; t < 2; t++) {
			replay_hold(both.tapes[t], is_held);
			replay_speed(both.tapes[t], speed);
		}
		now_ns += num_random(&seed) % SIM_TICK_NS;
		clock_hold(now_ns, SIM_START_WALL_NS);
		for (size_t t = 0; t < 2; t++)
			stage_read(&both.stages[t][0]);
		are_the_same(&both);
	}
	clock_hold(SIM_START_NS, SIM_START_WALL_NS);
	close_both(&both);
}

/* -- how they are named -- */

static void opens(const struct options *options, const char *word, size_t n_expected)
{
	struct watch_set set = {.options = options};
	struct replay_state at;
	struct err err = {0};

	if (watch_set_open(&set, word, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(set.n, n_expected);
	assert_int_equal(set.n_tapes, 1);
	replay_state(set.tapes[0].source, &at);
	assert_int_equal(at.n_places, TICKS);
	watch_set_release(&set);
}

static void a_pattern_names_them_all(void **state)
{
	struct options options = {0};
	struct watch_set set = {.options = &options};
	char word[PATH_MAX + 32];
	struct err err = {0};

	(void)state;
	snprintf(word, sizeof(word), "file:%s*", in_folder("several.tape"));
	opens(&options, word, MAPS);
	snprintf(word, sizeof(word), "file:%s*:ports", in_folder("several.tape"));
	opens(&options, word, 1);
	snprintf(word, sizeof(word), "file:%s*", in_folder("nothing"));
	assert_int_equal(watch_set_open(&set, word, &err), -ENOENT);
	assert_non_null(strstr(err.text, "cannot open tape"));
	watch_set_release(&set);
}

static void words_of_a_command_name_them(void **state)
{
	struct options options = {.files = shuffled(3), .n_files = (int)n_files};
	char word[PATH_MAX + 32];

	(void)state;
	snprintf(word, sizeof(word), "file:%s", options.files[0]);
	opens(&options, word, MAPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_is_the_same),
		cmocka_unit_test(any_place_that_is_sought_is_the_same),
		cmocka_unit_test(it_plays_the_same),
		cmocka_unit_test(a_pattern_names_them_all),
		cmocka_unit_test(words_of_a_command_name_them),
	};

	return cmocka_run_group_tests(tests, record, forget);
}
