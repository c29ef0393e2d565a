/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What readings look like when written: every kind of field, hostile bytes, streams, and outputs that end
 * early. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tables.h"

#include "base/clock.h"
#include "base/json.h"
#include "out/out.h"
#include "query/view.h"

static void add_leaf(struct plan *plan, bool in_value, struct field proto)
{
	struct err err = {0};

	proto.type = proto.type ? proto.type : "test";
	if (plan_add(plan, in_value, &proto, &err) < 0)
		fail_msg("%s", err.text);
}

static void add_row(struct table *table, const void *key, const void *value)
{
	assert_int_equal(snap_add(table->next, key, value), 0);
}

static void write_to(struct table *table, const struct out_ops *output, const struct out_job *job,
		     struct buf *out)
{
	struct view view;

	view_init(&view);
	assert_int_equal(view_refresh(&view, table, 0), 0);
	assert_int_equal(output->write(table, &view, job, &(struct out_sink){out}), 0);
	view_release(&view);
}

/* What output writes of the table's current reading. */
static void writes(struct table *table, const struct out_ops *output, const struct out_job *job,
		   const char *expected)
{
	SCOPED(buf) out = {0};

	write_to(table, output, job, &out);
	assert_string_equal(buf_text(&out), expected);
}

static const struct out_job plain = {0}, formatted = {.is_formatted = true},
			    stream = {.is_stream = true};

/* Everything that a leaf can be, with the values that break writers. */
struct everything {
	uint64_t most;
	int64_t least;
	double nan, infinite, tenth;
	unsigned __int128 wide;
	__int128 minus_one;
	uint32_t color, beyond;
	int8_t letter;
	uint8_t yes, bits, empty;
	char name[4];
	uint32_t lock;
	uint16_t grid[2][2];
	uint8_t few[2];
	uint32_t word;
	uint64_t pointer;
} __attribute__((packed));

#define LEAF(kind_, name_, member)                                                                 \
	(struct field)                                                                             \
	{                                                                                          \
		.kind = kind_, .name = name_, .offset = offsetof(struct everything, member),       \
		.size = sizeof(((struct everything *)0)->member)                                   \
	}

static void add_enum(struct plan *plan, const char *name, uint32_t offset)
{
	const struct enum_name names[] = {{"RED", 0}, {"\"BLUE\"", 7}};

	add_leaf(plan, IN_VALUE,
		 (struct field){.kind = FIELD_ENUM,
				.name = name,
				.offset = offset,
				.size = 4,
				.names = names,
				.n_names = ARRAY_LEN(names)});
}

static void add_word(struct plan *plan)
{
	uint32_t at = offsetof(struct everything, word);

	open_field(plan, IN_VALUE, "", FIELD_UNION, at, 4);
	open_field(plan, IN_VALUE, "word", FIELD_UINT, at, 4);
	open_field(plan, IN_VALUE, "", FIELD_STRUCT, at, 4);
	open_field(plan, IN_VALUE, "low", FIELD_UINT, at, 2);
	open_field(plan, IN_VALUE, "high", FIELD_UINT, at + 2, 2);
	close_field(plan);
	close_field(plan);
}

static void add_grid(struct plan *plan)
{
	open_array(plan, IN_VALUE, "grid", offsetof(struct everything, grid), 2, 4);
	open_array(plan, IN_VALUE, "", 0, 2, 2);
	open_field(plan, IN_VALUE, "", FIELD_UINT, 0, 2);
	close_field(plan);
	close_field(plan);
	open_array(plan, IN_VALUE, "none", 0, 0, 4);
	open_field(plan, IN_VALUE, "", FIELD_UINT, 0, 4);
	close_field(plan);
	open_array(plan, IN_VALUE, "few", offsetof(struct everything, few), 2, 1);
	open_field(plan, IN_VALUE, "", FIELD_UINT, 0, 1);
	close_field(plan);
}

static void make_everything(struct table *table)
{
	struct plan plan;

	plan_begin(&plan, 1, sizeof(struct everything), "test");
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 1);
	open_field(&plan, IN_VALUE, "", FIELD_STRUCT, 0, sizeof(struct everything));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_UINT, "most", most));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_INT, "least", least));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_REAL, "nan", nan));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_REAL, "infinite", infinite));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_REAL, "tenth", tenth));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_UINT, "wide", wide));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_INT, "minus_one", minus_one));
	add_enum(&plan, "color", offsetof(struct everything, color));
	add_enum(&plan, "beyond", offsetof(struct everything, beyond));
	struct field letter = LEAF(FIELD_CHAR, "letter", letter);
	letter.is_signed = true;
	add_leaf(&plan, IN_VALUE, letter);
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_BOOL, "yes", yes));
	struct field bits = LEAF(FIELD_INT, "bits", bits);
	bits.is_bitfield = true;
	bits.bit_shift = 2;
	bits.bit_size = 3;
	add_leaf(&plan, IN_VALUE, bits);
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_BYTES, "raw", bits));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_TEXT, "a \"name\"", name));
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_SPECIAL, "lock", lock));
	add_grid(&plan);
	add_word(&plan);
	add_leaf(&plan, IN_VALUE, LEAF(FIELD_POINTER, "pointer", pointer));
	close_field(&plan);
	make_table(table, &plan, 1);
}

static void every_kind_of_field_has_its_shape(void **state)
{
	SCOPED(table) table = {0};
	struct everything row = {
		.most = UINT64_MAX,
		.least = INT64_MIN,
		.nan = NAN,
		.infinite = -INFINITY,
		.tenth = 0.1,
		.wide = (unsigned __int128)1 << 64,
		.minus_one = -1,
		.color = 7,
		.beyond = 4000000000u,
		.letter = -1,
		.yes = 2,
		.bits = 7 << 2,
		.name = {'a', 0, 'b', 'c'},
		.grid = {{1, 2}, {3, 65535}},
		.few = {0, 255},
		.word = 0x00020001,
		.pointer = 0xffff888000000000ull,
	};

	(void)state;
	make_everything(&table);
	add_row(&table, "\5", &row);
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &plain,
	       "{\"map\":\"test\",\"id\":0,\"key\":5,\"value\":{"
	       "\"most\":18446744073709551615,\"least\":-9223372036854775808,"
	       "\"nan\":null,\"infinite\":null,\"tenth\":0.1,"
	       "\"wide\":\"0x10000000000000000\","
	       "\"minus_one\":\"0xffffffffffffffffffffffffffffffff\","
	       "\"color\":\"\\\"BLUE\\\"\",\"beyond\":4000000000,\"letter\":-1,\"yes\":true,"
	       "\"bits\":-1,\"raw\":[\"0x1c\"],\"a \\\"name\\\"\":\"a\",\"lock\":null,"
	       "\"grid\":[[1,2],[3,65535]],\"none\":[],\"few\":[0,255],\"word\":131073,\"low\":1,"
	       "\"high\":2,"
	       "\"pointer\":18446612682070032384}}\n");
}

static void make_names(struct table *table)
{
	struct plan plan;

	plan_begin(&plan, 4, 8, "test");
	add_leaf(&plan, IN_KEY, (struct field){.kind = FIELD_TEXT, .name = "name", .size = 4});
	open_field(&plan, IN_VALUE, "n", FIELD_UINT, 0, 8);
	make_table(table, &plan, 1);
}

static void hostile_bytes_are_escaped_without_loss(void **state)
{
	SCOPED(table) table = {0};
	const uint64_t n = 1;

	(void)state;
	make_names(&table);
	add_row(&table, "\x1b[m\n", &n);
	add_row(&table, "\"\\,\xff", &n);
	add_row(&table, "\xc3\xbc\x7f ", &n);
	add_row(&table, "\xe2\x80\xae.", &n); /* right-to-left override */
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &plain,
	       "{\"map\":\"test\",\"id\":0,\"key\":{\"name\":\"\\u001b[m\\n\"},\"value\":{\"n\":1}}"
	       "\n"
	       "{\"map\":\"test\",\"id\":0,\"key\":{\"name\":\"\\\"\\\\\\\\,\\\\xff\"},\"value\":{"
	       "\"n\":1}}\n"
	       "{\"map\":\"test\",\"id\":0,\"key\":{\"name\":\"\xc3\xbc\\u007f "
	       "\"},\"value\":{\"n\":1}}\n"
	       "{\"map\":\"test\",\"id\":0,\"key\":{\"name\":\"\\u202e.\"},\"value\":{\"n\":1}}\n");
	struct column columns[2] = {column_of(&table, "name"), column_of(&table, "n")};
	struct out_job job = {.columns = columns, .n_columns = 2};

	writes(&table, &out_csv, &job,
	       "name,n\n\\x1b[m\\n,1\n\"\"\"\\\\,\\xff\",1\n\xc3\xbc\\x7f ,1\n\\u{202e}.,1\n");
}

static void formatted_json_shows_what_the_screen_shows(void **state)
{
	SCOPED(table) table = {0};
	const uint64_t n = 1;

	(void)state;
	make_names(&table);
	add_row(&table, "a\\\x1b", &n);
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &formatted,
	       "{\"map\":\"test\",\"id\":0,\"key\":{\"name\":\"a\\\\\\\\\\\\x1b\"},"
	       "\"value\":{\"n\":\"1\"}}\n");
}

static void a_reading_is_one_object(void **state)
{
	SCOPED(table) table = {0};
	SCOPED(buf) out = {0};
	const char *at;

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 10);
	add_counter(&table, 2, 20);
	table.next->method = "batch";
	table.next->started_ns = SECOND;
	table.next->wall_ns = 1795269731ull * SECOND + 123456789;
	table.next->notes = SNAP_TRUNCATED | SNAP_RESTARTED;
	take_at(&table, SECOND + SECOND / 4);
	write_to(&table, &out_json, &plain, &out);
	at = strstr(buf_text(&out), "\"reading\":");
	assert_non_null(at);
	assert_true(strncmp(out.at, "{\"map\":{\"id\":0,\"name\":\"test\",\"type\":\"hash\"", 41) ==
		    0);
	assert_non_null(strstr(at,
			       "\"at\":\"2026-11-21T14:02:11.123456789Z\",\"method\":\"batch\","
			       "\"entries\":2,\"seconds\":0.25,\"complete\":false,\"notes\":["));
	assert_non_null(strstr(
		at, "\"entries\":[\n{\"key\":1,\"value\":10},\n{\"key\":2,\"value\":20}]}\n"));
}

static void an_empty_map_has_no_entries(void **state)
{
	SCOPED(table) table = {0};
	SCOPED(buf) out = {0};

	(void)state;
	make_counters(&table, 1);
	take_at(&table, SECOND);
	struct column columns[2] = {column_of(&table, "key"), column_of(&table, "value")};
	struct out_job job = {.columns = columns, .n_columns = 2};

	write_to(&table, &out_json, &job, &out);
	assert_non_null(strstr(buf_text(&out), "\"entries\":[]}\n"));
	writes(&table, &out_jsonl, &job, "");
	writes(&table, &out_csv, &job, "key,value\n");
	writes(&table, &out_text, &job, "key  value\n");
}

static void each_cpu_has_its_value(void **state)
{
	SCOPED(table) table = {0};
	const uint32_t key = 3;
	const uint64_t values[2] = {5, 6};

	(void)state;
	make_counters(&table, 2);
	add_row(&table, &key, values);
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &plain,
	       "{\"map\":\"test\",\"id\":0,\"key\":3,\"values\":[{\"cpu\":0,\"value\":5},"
	       "{\"cpu\":1,\"value\":6}]}\n");
}

static void a_variable_is_an_entry(void **state)
{
	SCOPED(table) table = {0};
	struct plan plan;
	const uint32_t key = 0;
	const uint64_t values[2] = {5, 6};

	(void)state;
	plan_begin(&plan, 4, 16, "test");
	plan.is_variables = true;
	open_field(&plan, IN_KEY, "", FIELD_BYTES, 0, 4);
	open_field(&plan, IN_VALUE, "count", FIELD_UINT, 0, 8);
	open_field(&plan, IN_VALUE, "state", FIELD_STRUCT, 8, 8);
	open_field(&plan, IN_VALUE, "n", FIELD_UINT, 8, 8);
	close_field(&plan);
	make_table(&table, &plan, 1);
	add_row(&table, &key, values);
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &plain,
	       "{\"map\":\"test\",\"id\":0,\"key\":\"count\",\"value\":5}\n"
	       "{\"map\":\"test\",\"id\":0,\"key\":\"state\",\"value\":{\"n\":6}}\n");
}

static void a_map_without_a_layout_is_bytes(void **state)
{
	SCOPED(table) table = {0};
	struct plan plan;
	struct err err;
	struct map map = {.name = "raw",
			  .type = maptype_named("hash"),
			  .key_size = 2,
			  .value_size = 1,
			  .max_entries = 1,
			  .n_cpus = 1};

	(void)state;
	assert_int_equal(plan_untyped(&plan, 2, 1, &err), 0);
	assert_int_equal(table_init(&table, &map, &plan), 0);
	add_row(&table, "\0\xab", "\7");
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &plain,
	       "{\"map\":\"raw\",\"id\":0,\"key\":[\"0x00\",\"0xab\"],\"value\":[\"0x07\"]}\n");
}

#define LINE(state, rest)                                                                          \
	"{\"map\":\"test\",\"id\":0,\"at\":\"1970-01-01T00:00:00.000000000Z\",\"state\":" state    \
	",\"key\":" rest "}\n"

static void a_stream_says_what_became_of_rows(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 10);
	add_counter(&table, 2, 10);
	take_at(&table, SECOND);
	writes(&table, &out_jsonl, &stream,
	       LINE("null", "1,\"value\":10,\"rate\":{\"value\":null}")
		       LINE("null", "2,\"value\":10,\"rate\":{\"value\":null}"));
	add_counter(&table, 1, 14);
	add_counter(&table, 3, 1);
	take_at(&table, 3 * SECOND);
	writes(&table, &out_jsonl, &stream,
	       LINE("\"changed\"", "1,\"value\":14,\"rate\":{\"value\":2}")
		       LINE("\"gone\"", "2,\"value\":10,\"rate\":{\"value\":null}")
			       LINE("\"new\"", "3,\"value\":1,\"rate\":{\"value\":0.5}"));
	/* said once: the ghost stays in the table, but not in the stream */
	add_counter(&table, 1, 14);
	take_at(&table, 4 * SECOND);
	assert_true(table_n_rows(&table) > table_n_live(&table) + 1);
	writes(&table, &out_jsonl, &stream,
	       LINE("\"kept\"", "1,\"value\":14,\"rate\":{\"value\":0}")
		       LINE("\"gone\"", "3,\"value\":1,\"rate\":{\"value\":null}"));
	writes(&table, &out_jsonl, &plain, "{\"map\":\"test\",\"id\":0,\"key\":1,\"value\":14}\n");
}

static void chosen_columns_are_members(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 10);
	add_counter(&table, 2, 20);
	take_at(&table, SECOND);
	struct column columns[2] = {column_of(&table, "value"), column_of(&table, "value.rate")};
	struct out_job job = {.columns = columns, .n_columns = 2, .is_selected = true, .limit = 1};

	writes(&table, &out_jsonl, &job,
	       "{\"map\":\"test\",\"id\":0,\"value\":10,\"value.rate\":null}\n");
}

static void text_columns_are_aligned(void **state)
{
	SCOPED(table) table = {0};
	const uint64_t n[] = {7, 12345};

	(void)state;
	make_names(&table);
	add_row(&table, "\xc3\xbc\0\0", &n[1]);
	add_row(&table, "abcd", &n[0]);
	take_at(&table, SECOND);
	struct column columns[2] = {column_of(&table, "name"), column_of(&table, "n")};
	struct out_job job = {.columns = columns, .n_columns = 2};

	writes(&table, &out_text, &job, "name      n\nabcd      7\n\xc3\xbc     12345\n");
}

static void a_stream_says_its_churn(void **state)
{
	static const char *const parts[] = {
		"\"churn\":{\"watched_seconds\":2,\"new\":1,\"gone\":1,\"changed\":1,"
		"\"new_per_second\":0.5,\"gone_per_second\":0.5,\"changed_per_second\":0.5,"
		"\"returned_per_second\":0,\"turnover_per_second\":0.25,"
		"\"mean_life_seconds\":4,\"age_at_death\":[{\"below_seconds\":1,\"count\":0},",
		"{\"below_seconds\":null,\"count\":0}],\"age_unknown\":1,",
		"\"verdict\":{\"kind\":\"not_enough\",",
		"\"text\":\"not enough seen yet: 1 of 5 readings\",",
		"\"sure\":\"a guess\",\"caveats\":[],",
		"\"share\":null,",
		"\"working_set\":null,\"at_least\":false}},\"entries\":[",
	};
	SCOPED(table) table = {0};
	SCOPED(buf) text = {0};

	(void)state;
	make_counters(&table, 1);
	add_counter(&table, 1, 10);
	add_counter(&table, 2, 10);
	take_at(&table, SECOND);
	add_counter(&table, 1, 14);
	add_counter(&table, 3, 1);
	take_at(&table, 3 * SECOND);
	write_to(&table, &out_json, &stream, &text);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!strstr(buf_text(&text), parts[i]))
			fail_msg("not there: %s in %s", parts[i], buf_text(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_field_has_its_shape),
		cmocka_unit_test(hostile_bytes_are_escaped_without_loss),
		cmocka_unit_test(formatted_json_shows_what_the_screen_shows),
		cmocka_unit_test(a_reading_is_one_object),
		cmocka_unit_test(an_empty_map_has_no_entries),
		cmocka_unit_test(each_cpu_has_its_value),
		cmocka_unit_test(a_variable_is_an_entry),
		cmocka_unit_test(a_map_without_a_layout_is_bytes),
		cmocka_unit_test(a_stream_says_what_became_of_rows),
		cmocka_unit_test(a_stream_says_its_churn),
		cmocka_unit_test(chosen_columns_are_members),
		cmocka_unit_test(text_columns_are_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
