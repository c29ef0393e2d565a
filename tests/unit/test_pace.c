/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Readings of several maps side by side: of a source whose maps take as many steps as the test says. */
#include "tables.h"

#include <errno.h>
#include <stdlib.h>

#include "app/options.h"
#include "app/pace.h"
#include "app/watch.h"
#include "base/clock.h"

enum { N_MAPS = 3, FOREVER = 2000000 };

static struct fake {
	unsigned n_steps[N_MAPS]; /* that a reading of each takes */
	unsigned n_begun[N_MAPS];
	unsigned n_taken[N_MAPS];
	unsigned n_lost[N_MAPS];
	unsigned is_gone;      /* bits */
	unsigned ends_slow_at; /* readings of map 0, with which map 1's end */
	unsigned n_when_slow;  /* readings of map 0 when the first of map 1 came */
	unsigned n_rests;
} fake;

struct cursor {
	unsigned map, n_left;
};

static int begin_fake(struct source *source, const struct map *map, const struct read_plan *how,
		      struct snap *snap, struct cursor **cursor_ret, struct err *err)
{
	struct cursor *cursor;

	(void)source, (void)how;
	if (fake.is_gone & (1U << map->id))
		return err_set(err, -ENOENT, "map '%s' is gone", map->name);
	cursor = calloc(1, sizeof(*cursor));
	assert_non_null(cursor);
	*cursor = (struct cursor){map->id, fake.n_steps[map->id]};
	snap_clear(snap, map);
	snap->started_ns = clock_now_ns();
	fake.n_begun[map->id]++;
	*cursor_ret = cursor;
	return 0;
}

static int step_fake(struct cursor *cursor, struct snap *snap, struct err *err)
{
	(void)snap, (void)err;
	if (cursor->map == 1 && fake.ends_slow_at && fake.n_taken[0] >= fake.ends_slow_at)
		return STEP_DONE;
	return cursor->n_left-- > 1 ? STEP_MORE : STEP_DONE;
}

static void end_fake(struct cursor *cursor, struct snap *snap)
{
	snap->ended_ns = clock_now_ns();
	free(cursor);
}

static const struct source_ops fake_ops = {
	.name = "fake", .begin = begin_fake, .step = step_fake, .end = end_fake};

static int taken(void *ctx, size_t i, struct err *err)
{
	(void)ctx, (void)err;
	fake.n_taken[i]++;
	if (i == 1 && fake.n_taken[1] == 1)
		fake.n_when_slow = fake.n_taken[0];
	return 0;
}

static int lost(void *ctx, size_t i, const struct err *why, struct err *err)
{
	(void)ctx, (void)err;
	assert_int_equal(why->code, -ENOENT);
	fake.n_lost[i]++;
	return 0;
}

static int turned(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err)
{
	(void)ctx, (void)wake_ns, (void)err;
	fake.n_rests += is_resting;
	return 0;
}

static void run_for(uint64_t n_readings, uint64_t duration_ns)
{
	static struct source source = {&fake_ops};
	struct options options = {.interval_ns = SECOND / 1000};
	struct watch watches[N_MAPS] = {0}, *list[N_MAPS];
	struct watch_set set = {.options = &options, .watches = list, .n = N_MAPS};
	struct pace pace = {.set = &set,
			    .n_readings = n_readings,
			    .duration_ns = duration_ns,
			    .taken = taken,
			    .lost = lost,
			    .turned = turned};
	struct err err = {0};

	for (unsigned i = 0; i < N_MAPS; i++) {
		make_counters(&watches[i].table, 1);
		watches[i].table.map.id = i;
		watches[i].source = watches[i].reader = &source;
		list[i] = &watches[i];
	}
	assert_int_equal(pace_run(&pace, &err), 0);
	for (unsigned i = 0; i < N_MAPS; i++) {
		assert_null(watches[i].cursor);
		buf_release(&watches[i].why);
		table_release(&watches[i].table);
	}
}

static void run(uint64_t n_readings)
{
	run_for(n_readings, 0);
}

/* The slow one's reading ends only once the other was read five times; one after the other, it would only
 * at its last step. */
static void a_slow_map_delays_none(void **state)
{
	(void)state;
	fake = (struct fake){.n_steps = {1, FOREVER, 3}, .ends_slow_at = 5};
	run(6);
	assert_int_equal(fake.n_when_slow, 5);
	for (unsigned i = 0; i < N_MAPS; i++)
		assert_int_equal(fake.n_taken[i], 6);
}

static void each_is_read_as_often_as_asked(void **state)
{
	(void)state;
	fake = (struct fake){.n_steps = {1, 40, 7}};
	run(3);
	for (unsigned i = 0; i < N_MAPS; i++) {
		assert_int_equal(fake.n_taken[i], 3);
		assert_int_equal(fake.n_begun[i], 3);
	}
	assert_true(fake.n_rests > 0);
}

static void one_that_is_gone_leaves_the_others(void **state)
{
	(void)state;
	fake = (struct fake){.n_steps = {1, 1, 1}, .is_gone = 2};
	run(4);
	assert_int_equal(fake.n_lost[1], 1);
	assert_int_equal(fake.n_taken[1], 0);
	assert_int_equal(fake.n_taken[0] + fake.n_taken[2], 8);
	fake = (struct fake){.n_steps = {1, 1, 1}, .is_gone = 7};
	run(0);
	assert_int_equal(fake.n_lost[0] + fake.n_lost[1] + fake.n_lost[2], N_MAPS);
}

/* Ten thousandths of a second, by a clock that goes on by a tenth of one whenever it is looked at: one at each
 * end at most. What was begun is ended. */
static void none_begins_after_the_last_moment(void **state)
{
	(void)state;
	fake = (struct fake){.n_steps = {1, 40, 7}};
	clock_hold(SECOND, SECOND);
	clock_creep(SECOND / 10000);
	run_for(0, SECOND / 100);
	clock_free_run();
	for (unsigned i = 0; i < N_MAPS; i++) {
		assert_in_range(fake.n_taken[i], 1, 11);
		assert_int_equal(fake.n_begun[i], fake.n_taken[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_map_delays_none),
		cmocka_unit_test(each_is_read_as_often_as_asked),
		cmocka_unit_test(one_that_is_gone_leaves_the_others),
		cmocka_unit_test(none_begins_after_the_last_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
