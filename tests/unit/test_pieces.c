/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What two threads write is what one writes. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/unit/starved.h"
#include "tests/unit/tables.h"

#include "base/clock.h"
#include "base/worker.h"
#include "out/out.h"
#include "out/pieces.h"
#include "out/walk.h"
#include "query/view.h"

/* -- the worker -- */

struct gate {
	pthread_mutex_t lock;
	atomic_int n_done;
};

static void pass_gate(void *ctx)
{
	struct gate *gate = ctx;

	pthread_mutex_lock(&gate->lock);
	gate->n_done++;
	pthread_mutex_unlock(&gate->lock);
}

static bool has_second_cpu(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) > 1;
}

static void a_worker_does_what_it_is_given(void **state)
{
	struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct worker *worker = worker_new();

	(void)state;
	if (!worker && !has_second_cpu())
		skip();
	assert_non_null(worker);
	assert_true(worker_wait(worker, 0));
	for (int i = 1; i <= 1000; i++) {
		worker_give(worker, pass_gate, &gate);
		assert_true(worker_wait(worker, UINT64_MAX));
		assert_int_equal(gate.n_done, i);
	}
	pthread_mutex_lock(&gate.lock);
	worker_give(worker, pass_gate, &gate);
	assert_false(worker_wait(worker, 0));
	assert_false(worker_wait(worker, clock_now_ns() + 1000000));
	pthread_mutex_unlock(&gate.lock);
	assert_true(worker_wait(worker, UINT64_MAX));
	assert_int_equal(gate.n_done, 1001);
	worker_give(worker, pass_gate, &gate);
	worker_free(worker);
	assert_int_equal(gate.n_done, 1002);
	worker_free(NULL);
}

/* A stack that no memory holds. */
static void let_threads_fail(bool fail)
{
	static pthread_attr_t before;
	pthread_attr_t huge;

	if (!fail) {
		assert_int_equal(pthread_setattr_default_np(&before), 0);
		return;
	}
	assert_int_equal(pthread_getattr_default_np(&before), 0);
	assert_int_equal(pthread_getattr_default_np(&huge), 0);
	assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 47), 0);
	assert_int_equal(pthread_setattr_default_np(&huge), 0);
	pthread_attr_destroy(&huge);
}

static void without_a_thread_there_is_no_worker(void **state)
{
	cpu_set_t all, one;

	(void)state;
	let_threads_fail(true);
	assert_null(worker_new());
	let_threads_fail(false);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_null(worker_new());
	sched_setaffinity(0, sizeof(all), &all);
}

/* -- pieces -- */

enum { MOST = 60000 };

/* Rows of 0 to 996 bytes, some of 100,000. */
struct rows {
	size_t n_rows, n_first;
	size_t failing; /* this row and those behind it find no memory; 0: none */
};

static void write_row(void *ctx, size_t row, bool is_first, struct buf *out)
{
	struct rows *rows = ctx;
	size_t len = row % 9973 == 9972 ? 100000 : row * 7919 % 997;

	rows->n_rows++;
	rows->n_first += is_first;
	if (rows->failing && row >= rows->failing)
		out->failed = true;
	buf_addn(out, (char)('a' + row % 26), len);
	buf_addu(out, row);
	buf_addc(out, is_first ? '!' : '\n');
}

struct sink {
	struct buf text;
	size_t n_calls, fails_at; /* the call that fails; 0: none */
};

static void sink_release(struct sink *sink)
{
	buf_release(&sink->text);
}

static int flush_to_sink(void *ctx, struct buf *out)
{
	struct sink *sink = ctx;

	if (++sink->n_calls == sink->fails_at)
		return -EPIPE;
	buf_add(&sink->text, out->at, out->len);
	buf_clear(out);
	return 0;
}

struct stage {
	struct table table;
	struct view view;
};

static void stage_release(struct stage *stage)
{
	view_release(&stage->view);
	table_release(&stage->table);
}

static void stage_init(struct stage *stage, uint32_t n_rows)
{
	make_counters(&stage->table, 1);
	read_keys_at(&stage->table, 1, 0, n_rows);
	view_init(&stage->view);
	stage->view.keeps_order = true;
	assert_int_equal(view_refresh(&stage->view, &stage->table, 0), 0);
}

/* All of it in sink, what wasn't handed on as well. */
static int write_all(const struct stage *stage, const struct out_job *job, struct rows *first,
		     struct rows *second, struct sink *sink)
{
	struct walk walk = {.table = &stage->table, .view = &stage->view, .job = job};
	SCOPED(buf) out = {0};
	int r;

	buf_adds(&out, "head ");
	r = pieces_write(&walk, write_row, first, second,
			 &(struct out_sink){&out, flush_to_sink, sink});
	if (r == 0)
		buf_add(&sink->text, out.at, out.len);
	return r;
}

static void assert_same(const struct buf *a, const struct buf *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->at, b->at, a->len);
}

static void check_rows(uint32_t n_rows, size_t limit)
{
	const struct out_job job = {.limit = limit};
	size_t n = limit && limit < n_rows ? limit : n_rows;
	struct rows alone = {0}, first = {0}, second = {0};
	SCOPED(stage) stage = {0};
	SCOPED(sink) one = {0};
	SCOPED(sink) two = {0};

	stage_init(&stage, n_rows);
	assert_int_equal(write_all(&stage, &job, &alone, NULL, &one), 0);
	assert_int_equal(write_all(&stage, &job, &first, &second, &two), 0);
	assert_same(&one.text, &two.text);
	assert_int_equal(alone.n_rows, n);
	assert_int_equal(first.n_rows + second.n_rows, n);
	assert_int_equal(first.n_first, n > 0);
	assert_int_equal(second.n_first, 0);
	if (has_second_cpu())
		assert_int_equal(second.n_rows > 0, n >= 8192);
}

static void any_number_of_rows_is_written_alike(void **state)
{
	static const uint32_t numbers[] = {0,	1,    2,    63,	  64,	 65,	128,
					   129, 8191, 8192, 8193, 16384, 20001, MOST};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i += unless_starved(1, 4))
		check_rows(numbers[i], 0);
	check_rows(MOST, 1);
	check_rows(MOST, 30001);
	if (is_starved())
		return;
	check_rows(MOST, 8191);
	check_rows(MOST, 8192);
}

static void without_a_flush_all_of_it_stays(void **state)
{
	const struct out_job job = {0};
	struct rows first = {0}, second = {0};
	SCOPED(stage) stage = {0};
	SCOPED(sink) whole = {0};
	SCOPED(buf) out = {0};

	(void)state;
	stage_init(&stage, 20000);
	assert_int_equal(write_all(&stage, &job, &first, NULL, &whole), 0);
	struct walk walk = {.table = &stage.table, .view = &stage.view, .job = &job};

	buf_adds(&out, "head ");
	assert_int_equal(pieces_write(&walk, write_row, &first, &second, &(struct out_sink){&out}),
			 0);
	assert_same(&whole.text, &out);
}

/* What was handed on before is the beginning of the whole, and nothing follows. */
static void a_flush_that_fails_ends_it(void **state)
{
	const struct out_job job = {0};
	struct rows first = {0}, second = {0};
	SCOPED(stage) stage = {0};
	SCOPED(sink) whole = {0};

	(void)state;
	stage_init(&stage, MOST);
	assert_int_equal(write_all(&stage, &job, &first, &second, &whole), 0);
	assert_true(whole.n_calls > 10);
	for (size_t at = 1; at <= whole.n_calls; at += unless_starved(1, 50)) {
		SCOPED(sink) broken = {.fails_at = at};

		assert_int_equal(write_all(&stage, &job, &first, &second, &broken), -EPIPE);
		assert_int_equal(broken.n_calls, at);
		assert_true(broken.text.len < whole.text.len);
		assert_memory_equal(buf_text(&broken.text), whole.text.at, broken.text.len);
	}
}

static void a_text_without_memory_ends_it(void **state)
{
	static const size_t rows[] = {1, 70, 300, 8192, MOST - 1};
	const struct out_job job = {0};
	SCOPED(stage) stage = {0};

	(void)state;
	stage_init(&stage, MOST);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rows first = {.failing = rows[i]}, second = first;
		SCOPED(sink) sink = {0};

		assert_int_equal(write_all(&stage, &job, &first, &second, &sink), -ENOMEM);
	}
}

static void without_a_thread_one_writes_it_all(void **state)
{
	const struct out_job job = {0};
	struct rows alone = {0}, first = {0}, second = {0};
	SCOPED(stage) stage = {0};
	SCOPED(sink) one = {0};
	SCOPED(sink) two = {0};
	int r;

	(void)state;
	stage_init(&stage, 20000);
	assert_int_equal(write_all(&stage, &job, &alone, NULL, &one), 0);
	let_threads_fail(true);
	r = write_all(&stage, &job, &first, &second, &two);
	let_threads_fail(false);
	assert_int_equal(r, 0);
	assert_int_equal(second.n_rows, 0);
	assert_same(&one.text, &two.text);
}

/* -- outputs -- */

static void every_output_is_the_same_by_two(void **state)
{
	static const struct out_ops *const outputs[] = {&out_text, &out_csv, &out_json, &out_jsonl,
							&out_bpftool};
	SCOPED(stage) stage = {0};

	(void)state;
	stage_init(&stage, MOST);
	for (size_t i = 0; i < 2 * ARRAY_LEN(outputs); i++) {
		struct column columns[2] = {column_of(&stage.table, "key"),
					    column_of(&stage.table, "value")};
		struct out_job job = {
			.columns = columns, .n_columns = 2, .is_formatted = i % 2 == 1};
		SCOPED(buf) one = {0};
		SCOPED(buf) two = {0};

		assert_int_equal(outputs[i / 2]->write(&stage.table, &stage.view, &job,
						       &(struct out_sink){&one}),
				 0);
		job.takes_two = true;
		assert_int_equal(outputs[i / 2]->write(&stage.table, &stage.view, &job,
						       &(struct out_sink){&two}),
				 0);
		assert_true(one.len > MOST);
		assert_same(&one, &two);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_does_what_it_is_given),
		cmocka_unit_test(without_a_thread_there_is_no_worker),
		cmocka_unit_test(any_number_of_rows_is_written_alike),
		cmocka_unit_test(without_a_flush_all_of_it_stays),
		cmocka_unit_test(a_flush_that_fails_ends_it),
		cmocka_unit_test(a_text_without_memory_ends_it),
		cmocka_unit_test(without_a_thread_one_writes_it_all),
		cmocka_unit_test(every_output_is_the_same_by_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
