/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When a map of a recording is due: what waits for that must neither wait in vain nor be called for ever. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/snap.h"
#include "read/replay.h"
#include "read/source.h"

enum {
	FIRST,
	SECOND,
	N_MAPS
}; /* of tests/tapes/gone.tape: the second took the first one's place */

static bool is_due(struct source *tape, const struct map *map)
{
	return tape->ops->due(tape, map) <= clock_now_ns();
}

/* Also for who comes back from behind it. */
static void what_is_not_there_yet_is_not_due(void **state)
{
	struct map_list found = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};
	struct source *tape;

	(void)state;
	assert_int_equal(source_tape_new("tests/tapes/gone.tape", &tape, NULL), 0);
	assert_int_equal(tape->ops->list(tape, &found, NULL), 0);
	assert_int_equal(found.n, N_MAPS);
	assert_true(is_due(tape, &found.maps[FIRST]));
	assert_false(is_due(tape, &found.maps[SECOND]));
	replay_seek(tape, SIZE_MAX);
	assert_true(is_due(tape, &found.maps[SECOND]));
	assert_int_equal(source_read(tape, &found.maps[SECOND], NULL, &snap, NULL), 0);
	assert_false(replay_went(tape, &found.maps[SECOND]));
	replay_seek(tape, 1);
	assert_true(is_due(tape, &found.maps[FIRST]));
	/* That is told, once. */
	assert_true(is_due(tape, &found.maps[SECOND]));
	assert_int_equal(source_read(tape, &found.maps[SECOND], NULL, &snap, &err), -ENOENT);
	assert_string_equal(err.text, "map 'gone' is not there yet, here in the recording");
	assert_false(is_due(tape, &found.maps[SECOND]));
	assert_true(replay_went(tape, &found.maps[SECOND]));
	replay_seek(tape, SIZE_MAX);
	assert_false(replay_went(tape, &found.maps[SECOND]));
	map_list_release(&found);
	tape->ops->free(tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_there_yet_is_not_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
