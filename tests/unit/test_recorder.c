/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The recorder: whole readings every so often, files that follow each other and can each be replayed alone,
 * maps that go, and a file that takes no more at any of its bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/recorder.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/plan.h"
#include "read/replay.h"
#include "read/source.h"
#include "tests/unit/folder.h"
#include "tests/unit/starved.h"

enum { FULL_EVERY = 30, MAX_FILES = 1000, SEED = 1, SETTLED = 100 };

static const char *folder;
static char path[64];
static struct source *sim;
static struct map_list maps;

static const struct map *map_called(const char *name)
{
	for (size_t i = 0; i < maps.n; i++)
		if (strcmp(maps.maps[i].name, name) == 0)
			return &maps.maps[i];
	fail_msg("no map '%s'", name);
	return NULL;
}

static size_t add(struct recorder *recorder, const char *name)
{
	SCOPED(tape_chunk) chunk = {0};
	SCOPED(plan) plan = {0};
	int r;

	assert_int_equal(sim->ops->plan(sim, map_called(name), &plan, NULL), 0);
	assert_int_equal(tape_pack_map(&chunk, 0, map_called(name), &plan), 0);
	r = recorder_add(recorder, &chunk, NULL);
	assert_true(r >= 0);
	return (size_t)r;
}

static void begin(struct recorder *recorder, struct buf *text, uint64_t max_bytes)
{
	*recorder = (struct recorder){.file = {.path = path,
					       .fd = -1,
					       .is_new = true,
					       .max_bytes = max_bytes,
					       .max_files = MAX_FILES}};
	recorder_head(&recorder->head, text, 1000000000);
}

static int write_one(struct recorder *recorder, size_t place, const char *name, uint64_t tick,
		     struct err *err)
{
	/* By then all its rows are there: little is new from one to the next. */
	source_sim_hold_tick(sim, SETTLED + tick);
	assert_int_equal(
		source_read(sim, map_called(name), NULL, recorder_room(recorder, place), NULL), 0);
	return recorder_write(recorder, place, tick, err);
}

/* The tags of a file's chunks, in order, a letter each. */
static void tags_of(const char *at, struct buf *out)
{
	SCOPED(buf) bytes = {0};
	struct tape_label label;

	assert_int_equal(file_read(at, 1 << 28, &bytes), 0);
	for (size_t i = TAPE_MAGIC_BYTES; i < bytes.len;
	     i += TAPE_LABEL_BYTES + label.length + TAPE_SUM_BYTES) {
		assert_int_equal(tape_label_read((const uint8_t *)bytes.at + i, &label), 0);
		buf_addc(out, label.tag == TAPE_DIFF ? '.' : (char)(label.tag & 0xff));
	}
}

static void whole_every_so_often(void **state)
{
	SCOPED(buf) head = {0};
	SCOPED(buf) tags = {0};
	SCOPED(buf) expected = {0};
	struct recorder recorder;
	size_t place;

	(void)state;
	begin(&recorder, &head, 0);
	place = add(&recorder, "ports");
	assert_int_equal(recorder_begin(&recorder, NULL), 0);
	for (uint64_t tick = 1; tick <= 2 * FULL_EVERY + 1; tick++)
		assert_int_equal(write_one(&recorder, place, "ports", tick, NULL), 0);
	assert_int_equal(recorder_end(&recorder, NULL), 0);
	recorder_release(&recorder);
	tags_of(path, &tags);
	buf_adds(&expected, "HM");
	for (uint64_t tick = 0; tick <= 2 * FULL_EVERY; tick++)
		buf_addc(&expected, tick % FULL_EVERY ? '.' : 'S');
	buf_adds(&expected, "E");
	assert_string_equal(buf_text(&tags), buf_text(&expected));
	unlink(path);
}

/* Every file of several, from the newest: whole, no larger than asked for, ended; returns how many. */
static size_t check_files(uint64_t max_bytes, uint64_t *n_readings_ret, struct buf *maps_ret)
{
	char at[80];
	size_t n = 0;

	snprintf(at, sizeof(at), "%s", path);
	while (access(at, R_OK) == 0) {
		struct replay_check check;
		SCOPED(buf) tags = {0};

		assert_int_equal(replay_verify(at, &check, NULL), 0);
		assert_true(check.is_ended && check.n_bytes <= max_bytes);
		*n_readings_ret += check.n_readings;
		tags_of(at, &tags);
		assert_non_null(strchr(buf_text(&tags), 'S'));
		assert_true(strcspn(buf_text(&tags), "S") < strcspn(buf_text(&tags), "."));
		buf_addu(maps_ret, check.n_maps);
		unlink(at);
		snprintf(at, sizeof(at), "%s.%zu", path, ++n);
	}
	return n;
}

static void files_follow_each_other(void **state)
{
	enum { MAX_BYTES = 100000, GONE_AT = 20 };
	const uint64_t ticks = unless_starved(120, 80);
	SCOPED(buf) head = {0};
	SCOPED(buf) n_maps = {0};
	struct recorder recorder;
	uint64_t n_readings = 0;
	size_t ports, kinds;

	(void)state;
	begin(&recorder, &head, MAX_BYTES);
	ports = add(&recorder, "ports");
	kinds = add(&recorder, "kinds");
	assert_int_equal(recorder_begin(&recorder, NULL), 0);
	for (uint64_t tick = 1; tick <= ticks; tick++) {
		assert_int_equal(write_one(&recorder, ports, "ports", tick, NULL), 0);
		if (tick < GONE_AT)
			assert_int_equal(write_one(&recorder, kinds, "kinds", tick, NULL), 0);
		else if (tick == GONE_AT)
			assert_int_equal(recorder_gone(&recorder, kinds, tick, NULL), 0);
	}
	assert_int_equal(recorder_end(&recorder, NULL), 0);
	assert_int_equal(recorder.n_readings, ticks + GONE_AT - 1);
	recorder_release(&recorder);
	assert_true(check_files(MAX_BYTES, &n_readings, &n_maps) > 3);
	assert_int_equal(n_readings, ticks + GONE_AT - 1);
	/* From the newest on: what went is only in those from before. */
	assert_true(strspn(buf_text(&n_maps), "1") > 0);
	assert_int_equal(strspn(buf_text(&n_maps), "1") +
				 strspn(buf_text(&n_maps) + strspn(buf_text(&n_maps), "1"), "2"),
			 n_maps.len);
	assert_non_null(strchr(buf_text(&n_maps), '2'));
}

/* Records until the file takes no more; returns how many readings it took, or -1 when it took all. */
static int record_within(rlim_t max_bytes)
{
	enum { TICKS = 4 };
	struct rlimit before, limit;
	SCOPED(buf) head = {0};
	struct recorder recorder;
	struct err err = {0};
	size_t place;
	int r;

	begin(&recorder, &head, 0);
	place = add(&recorder, "kinds");
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = max_bytes;
	setrlimit(RLIMIT_FSIZE, &limit);
	r = recorder_begin(&recorder, &err);
	for (uint64_t tick = 1; r == 0 && tick <= TICKS; tick++)
		r = write_one(&recorder, place, "kinds", tick, &err);
	if (r == 0)
		r = recorder_end(&recorder, &err);
	setrlimit(RLIMIT_FSIZE, &before);
	if (r < 0)
		assert_non_null(strstr(err.text, "cannot write tape"));
	recorder_release(&recorder);
	return r < 0 ? (int)recorder.n_readings : -1;
}

static void a_file_takes_no_more(void **state)
{
	rlim_t max_bytes = 0;
	int n;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	while ((n = record_within(max_bytes)) >= 0) {
		struct replay_check check;

		/* A file without a reading is none; what is in another one is whole. */
		if (!n)
			assert_int_equal(access(path, F_OK), -1);
		else
			assert_int_equal(replay_verify(path, &check, NULL), 0);
		if (n)
			assert_int_equal(check.n_readings, n);
		unlink(path);
		max_bytes += unless_starved(37, 407);
	}
	assert_true(max_bytes > 1000);
	unlink(path);
}

static int open_sim(void **state)
{
	(void)state;
	if (!(folder = own_folder()) || source_sim_new(SEED, &sim) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/a.tape", folder);
	return sim->ops->list(sim, &maps, NULL);
}

static int close_sim(void **state)
{
	(void)state;
	map_list_release(&maps);
	if (sim)
		sim->ops->free(sim);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_every_so_often),
		cmocka_unit_test(files_follow_each_other),
		cmocka_unit_test(a_file_takes_no_more),
	};

	return cmocka_run_group_tests(tests, open_sim, close_sim);
}
