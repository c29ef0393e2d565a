/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of the files of a recording some are damaged, torn, missing or still written: all that the others hold is
 * there. What does not belong together is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "read/replay.h"
#include "read/source.h"
#include "tests/unit/replay_files.h"
#include "tests/unit/replay_stage.h"
#include "tests/unit/starved.h"

/* -- files that aren't whole, or aren't there -- */

static void what_is_missing_is_a_gap_that_is_named(void **state)
{
	const char *rest[MAX_FILES];
	char fault[ERR_TEXT_BYTES];

	(void)state;
	for (size_t k = 0; k < unless_starved((unsigned)n_files, 2); k++) {
		struct seen expected = all_but(k), seen;
		size_t n = 0;

		for (size_t i = 0; i < n_files; i++)
			if (i != k)
				rest[n++] = files[i];
		seen = see(rest, n, 0, fault);
		sees(&seen, &expected);
		if (k == 0 || k + 1 == n_files)
			assert_string_equal(fault, "");
		else
			assert_true(strstr(fault, "1 file of the recording is missing") &&
				    strstr(fault, files[k - 1]) && strstr(fault, files[k + 1]));
	}
}

/* Rates are of the time that passed, which the first reading behind a gap knows. */
static void no_time_is_lost_in_a_gap(void **state)
{
	struct source *tape = join((const char *[]){files[0], files[n_files - 2]}, 2);
	struct map_list found = {0};
	struct stage ports = {0};
	uint64_t before_ns = 0, longest_ns = 0;

	(void)state;
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	stage_open(&ports, tape, &found.maps[0]);
	do {
		const struct table *table = &ports.table;

		if (stage_read(&ports) != 1)
			continue;
		if (before_ns)
			assert_true(table->delta.dt_ns == table->current->wall_ns - before_ns);
		longest_ns = MAX_OF(longest_ns, table->delta.dt_ns);
		before_ns = table->current->wall_ns;
	} while (replay_next(tape, NULL) == 1);
	assert_true(longest_ns > 3 * SIM_TICK_NS);
	stage_close(&ports);
	map_list_release(&found);
	tape->ops->free(tape);
}

/* Readings of the map that aren't seen. */
static size_t n_lacking(const struct seen *expected, const struct seen *seen, size_t map)
{
	size_t n = 0;

	for (size_t tick = 0; tick < TICKS; tick++)
		n += expected->has[tick][map] && !seen->has[tick][map];
	return n;
}

/* One of the files, `bytes` now: what it has when it is alone, and what the others have, is there. What
 * a jump handed out last of a map, or came before what it did and is cut off, is not handed out again. */
static void is_whole_but_for(size_t k, const struct buf *bytes, size_t n_jumps)
{
	const char *paths[MAX_FILES], *hurt = in_folder("hurt.tape");
	struct seen expected = all_but(k), alone, seen;
	char fault[ERR_TEXT_BYTES];
	struct source *tape;
	struct err err = {0};

	memcpy(paths, files, sizeof(paths));
	paths[k] = hurt;
	write_file(hurt, bytes->at, bytes->len);
	if (source_tape_join(paths, n_files, &tape, &err) < 0) {
		assert_non_null(strstr(err.text, hurt)); /* its beginning is no good */
		return;
	}
	tape->ops->free(tape);
	alone = see(&hurt, 1, 0, fault);
	expected = either(&expected, &alone);
	seen = see(paths, n_files, n_jumps, fault);
	for (size_t i = 0; i < MAPS; i++)
		assert_true(n_lacking(&expected, &seen, i) <= (n_jumps > 0));
	seen = either(&seen, &expected);
	sees(&seen, &expected);
	assert_non_null(strstr(fault, hurt));
}

static void what_is_damaged_costs_no_other_file(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < unless_starved(120, 3); i++) {
		size_t k = num_random(&seed) % n_files, at;
		SCOPED(buf) bytes = {0};

		assert_int_equal(file_read(files[k], MOST_BYTES, &bytes), 0);
		at = num_random(&seed) % bytes.len;
		if (i % 3 == 0)
			buf_cut(&bytes, at);
		else
			bytes.at[at] ^= (char)(1u << num_random(&seed) % 8);
		is_whole_but_for(k, &bytes, i % 5);
	}
}

static void the_last_file_may_grow(void **state)
{
	const char *paths[MAX_FILES], *grows = in_folder("grows.tape");
	struct map_list found = {0};
	struct replay_state said;
	struct seen seen = {0}, expected = all_but(n_files);
	SCOPED(buf) bytes = {0};
	struct source *tape;

	(void)state;
	memcpy(paths, files, sizeof(paths));
	paths[n_files - 1] = grows;
	assert_int_equal(file_read(files[n_files - 1], MOST_BYTES, &bytes), 0);
	write_file(grows, bytes.at, bytes.len / 2);
	tape = join(paths, n_files);
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	do
		read_place(tape, &found, &seen);
	while (replay_next(tape, NULL) == 1);
	assert_memory_not_equal(&seen, &expected, sizeof(seen));
	replay_state(tape, &said);
	assert_true(!said.is_over && said.fault && strstr(said.fault, grows));
	write_file(grows, bytes.at, bytes.len);
	/* What came may be of the place it is at. */
	do
		read_place(tape, &found, &seen);
	while (replay_next(tape, NULL) == 1);
	read_place(tape, &found, &seen);
	sees(&seen, &expected);
	replay_state(tape, &said);
	assert_true(said.is_over && !said.fault);
	map_list_release(&found);
	tape->ops->free(tape);
}

/* -- what is refused -- */

static void refuses(const char *a, const char *b, int code, const char *words, const char *subject)
{
	struct source *tape;
	struct err err = {0};

	assert_int_equal(source_tape_join((const char *[]){a, b}, 2, &tape, &err), code);
	if (!strstr(err.text, words) || !strstr(err.text, subject))
		fail_msg("%s", err.text);
}

/* A tape with that head and nothing else. */
static const char *head_only(const char *at, const struct tape_head *head)
{

	struct tape_make make;

	assert_int_equal(tape_make_begin(&make, at, head), 0);
	tape_make_end(&make, true);
	return at;
}

static void what_does_not_belong_together_is_refused(void **state)
{
	const struct tape_head head = {
		.host = "a", .program = "", .boot = "b", .file = 1, .began_ns = 5};
	struct tape_head other = head;
	char first[PATH_MAX], at[PATH_MAX];

	SCOPED(buf) bytes = {0};

	(void)state;
	snprintf(first, sizeof(first), "%s", in_folder("first.tape"));
	snprintf(at, sizeof(at), "%s", in_folder("at.tape"));
	head_only(first, &head);
	refuses(files[0], one, -EINVAL, "is of another recording than", one);
	refuses(files[1], files[1], -EINVAL, "are the same file of the recording", files[1]);
	other.host = "c";
	refuses(first, head_only(at, &other), -EINVAL, "is of another recording", at);
	other = head, other.boot = "c";
	refuses(first, head_only(at, &other), -EINVAL, "is of another recording", at);
	other = head, other.file = 0;
	refuses(head_only(at, &other), first, -EINVAL, "doesn't say which file", at);
	refuses(first, "tests/tapes/version_1_0.tape", -EINVAL, "doesn't say which file",
		"1_0.tape");
	refuses(first, own_folder(), -EINVAL, "is no file", own_folder());
	refuses(first, "-", -EINVAL, "is no file", "'-'");
	refuses(first, in_folder("nothing"), -ENOENT, "no such file", "nothing");

	write_file(at, "", 0);
	refuses(first, at, -EBADMSG, "is empty", at);
	write_file(at, "bpfmaptop", 9);
	refuses(at, first, -EBADMSG, "too short", at);
	assert_int_equal(file_read(first, MOST_BYTES, &bytes), 0);
	write_file(at, bytes.at, TAPE_MAGIC_BYTES + TAPE_LABEL_BYTES + 3);
	refuses(first, at, -EBADMSG, "it is damaged", at);
	bytes.at[15] = '9';
	write_file(at, bytes.at, bytes.len);
	refuses(first, at, -EPROTONOSUPPORT, "newer than", at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_a_gap_that_is_named),
		cmocka_unit_test(no_time_is_lost_in_a_gap),
		cmocka_unit_test(what_is_damaged_costs_no_other_file),
		cmocka_unit_test(the_last_file_may_grow),
		cmocka_unit_test(what_does_not_belong_together_is_refused),
	};

	return cmocka_run_group_tests(tests, record, forget);
}
