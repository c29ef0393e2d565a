/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Large outputs, and what all outputs share. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tables.h"

#include "base/clock.h"
#include "base/json.h"
#include "out/out.h"
#include "query/view.h"

struct sink {
	size_t n_calls, n_bytes, largest;
	int answer;
};

static int flush_to_sink(void *ctx, struct buf *out)
{
	struct sink *sink = ctx;

	sink->n_calls++;
	sink->n_bytes += out->len;
	sink->largest = MAX_OF(sink->largest, out->len);
	buf_clear(out);
	return sink->answer;
}

static void large_outputs_are_handed_on_in_pieces(void **state)
{
	static const struct out_ops *const outputs[] = {&out_text, &out_csv, &out_json, &out_jsonl};
	SCOPED(table) table = {0};
	struct view view;

	(void)state;
	make_counters(&table, 1);
	for (uint32_t i = 0; i < 50000; i++)
		add_counter(&table, i, i);
	take_at(&table, SECOND);
	view_init(&view);
	assert_int_equal(view_refresh(&view, &table, 0), 0);
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
		struct column columns[2] = {column_of(&table, "key"), column_of(&table, "value")};
		struct out_job job = {.columns = columns, .n_columns = 2};
		struct sink sink = {0}, broken = {.answer = -EPIPE};
		SCOPED(buf) out = {0};

		assert_int_equal(outputs[i]->write(&table, &view, &job,
						   &(struct out_sink){&out, flush_to_sink, &sink}),
				 0);
		assert_true(sink.n_calls > 2 && sink.largest < 70000);
		buf_clear(&out);
		assert_int_equal(
			outputs[i]->write(&table, &view, &job,
					  &(struct out_sink){&out, flush_to_sink, &broken}),
			-EPIPE);
		assert_int_equal(broken.n_calls, 1);
	}
	view_release(&view);
}

static void what_is_not_known_of_a_map_is_left_out(void **state)
{
	const struct map_user user = {.id = 7, .name = "xdp_\"main\""};
	struct map map = {.id = 41,
			  .name = "flows",
			  .type = maptype_named("lru_percpu_hash"),
			  .key_size = 16,
			  .value_size = 8,
			  .max_entries = 64,
			  .n_cpus = 2};
	struct json json;
	SCOPED(buf) out = {0};

	(void)state;
	json_init(&json, &out);
	out_map_json(&json, &map);
	assert_string_equal(buf_text(&out),
			    "{\"id\":41,\"name\":\"flows\",\"type\":\"lru_percpu_hash\","
			    "\"key_size\":16,\"value_size\":8,\"max_entries\":64,\"flags\":0,"
			    "\"cpus\":2,\"frozen\":false}");
	map.programs.is_whole = map.other_pins.is_whole = true; /* that there are none */
	buf_clear(&out);
	out_map_json(&json, &map);
	assert_non_null(strstr(out.at, "\"frozen\":false,\"pins\":[],\"pins_complete\":true,"
				       "\"programs\":[],\"programs_complete\":true}"));
	map.owners = (struct map_users){&user, 1, false}; /* and maybe others */
	map.programs = (struct map_users){&user, 1, true};
	map.memory_bytes = 4096;
	map.pin = "/sys/fs/bpf/flows";
	map.other_pins.is_whole = false;
	map.loaded_ns = UINT64_C(1795788131999999999);
	buf_clear(&out);
	out_map_json(&json, &map);
	assert_non_null(strstr(out.at, "\"memory_bytes\":4096"));
	assert_non_null(strstr(out.at, "\"loaded_at\":\"2026-11-27T14:02:11Z\","
				       "\"pin\":\"/sys/fs/bpf/flows\","
				       "\"programs\":[{\"id\":7,\"name\":\"xdp_\\\"main\\\"\"}],"
				       "\"programs_complete\":true,"
				       "\"owners\":[{\"pid\":7,"));
	assert_non_null(strstr(out.at, "}],\"owners_complete\":false"));
}

static void every_output_has_its_name(void **state)
{
	(void)state;
	for (unsigned i = 0; out_at(i); i++)
		assert_ptr_equal(out_named(out_at(i)->name), out_at(i));
	assert_null(out_named("xml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_outputs_are_handed_on_in_pieces),
		cmocka_unit_test(what_is_not_known_of_a_map_is_left_out),
		cmocka_unit_test(every_output_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
