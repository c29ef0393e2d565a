/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of a ring buffer that end before their layout does: what lies beyond the end is unknown wherever
 * it is shown, written, compared, grouped or summed, and never the zeros that fill up the row. */
#include <errno.h>
#include <math.h>

#include "tests/unit/tables.h"

#include "model/decode.h"
#include "model/format.h"
#include "model/tape.h"
#include "model/verdict.h"
#include "out/out.h"
#include "query/group.h"
#include "query/query.h"
#include "query/view.h"
#include "ui/tab.h"

enum { ROOM = 32 };

/* What the reader makes of a record: its length and state, then as much of it as there is. */
struct value {
	uint32_t length, state;
	struct {
		uint32_t pid;
		uint16_t port, flags;
		uint64_t bytes;
		uint32_t args[2];
		char name[8];
	} said;
};
_Static_assert(sizeof(struct value) == 8 + ROOM, "no padding");

static void open_records(struct plan *plan)
{
	plan_begin(plan, 8, sizeof(struct value), "test");
	plan->record_from = offsetof(struct value, said);
	open_field(plan, IN_KEY, "position", FIELD_UINT, 0, 8);
	open_field(plan, IN_VALUE, "length", FIELD_UINT, 0, 4);
	open_field(plan, IN_VALUE, "state", FIELD_UINT, 4, 4);
}

static void make_typed(struct table *table)
{
	struct plan plan;

	open_records(&plan);
	open_field(&plan, IN_VALUE, "", FIELD_STRUCT, 8, ROOM);
	open_field(&plan, IN_VALUE, "pid", FIELD_UINT, 8, 4);
	open_field(&plan, IN_VALUE, "port", FIELD_UINT, 12, 2);
	open_field(&plan, IN_VALUE, "mode", FIELD_UINT, 14, 2);
	open_field(&plan, IN_VALUE, "bytes", FIELD_UINT, 16, 8);
	open_array(&plan, IN_VALUE, "args", 24, 2, 4);
	open_field(&plan, IN_VALUE, "", FIELD_UINT, 0, 4);
	close_field(&plan);
	open_field(&plan, IN_VALUE, "name", FIELD_TEXT, 32, 8);
	close_field(&plan);
	make_table(table, &plan, 1);
}

static void make_untyped(struct table *table)
{
	struct plan plan;

	open_records(&plan);
	open_field(&plan, IN_VALUE, "bytes", FIELD_BYTES, 8, ROOM);
	make_table(table, &plan, 1);
}

static void add_record(struct table *table, uint64_t position, uint32_t length)
{
	struct value value = {.length = length,
			      .said = {.pid = 7,
				       .port = 80,
				       .flags = 0,
				       .bytes = 1000,
				       .args = {1, 2},
				       .name = "abcdefg"}};

	memset((char *)&value.said + MIN_OF(length, (uint32_t)ROOM), 0,
	       ROOM - MIN_OF(length, (uint32_t)ROOM));
	assert_int_equal(snap_add(table->next, &position, &value), 0);
}

/* A whole one, and one that ends behind each field and within some. */
static const uint32_t lengths[] = {ROOM, 28, 27, 20, 16, 8, 6, 4, 3, 0};

static void take_records(struct table *table)
{
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		add_record(table, i * 64, lengths[i]);
	take_at(table, SECOND);
}

static void cells_end_with_the_record(void **state)
{
	static const struct {
		const char *name;
		uint32_t end;
		const char *whole;
	} fields[] = {{"pid", 4, "7"},	     {"port", 6, "80"},	   {"mode", 8, "0"},
		      {"bytes", 16, "1000"}, {"args[0]", 20, "1"}, {"args[1]", 24, "2"}};
	SCOPED(table) table = {0};

	(void)state;
	make_typed(&table);
	take_records(&table);
	for (size_t row = 0; row < ARRAY_LEN(lengths); row++) {
		for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
			bool is_there = fields[i].end <= lengths[row];

			assert_text(&table, row, fields[i].name, PRINT_EXACT,
				    is_there ? fields[i].whole : "-");
			if (!is_there)
				assert_unknown(&table, row, fields[i].name);
		}
	}
	assert_text(&table, 0, "name", PRINT_EXACT, "abcdefg");
	assert_text(&table, 1, "name", PRINT_EXACT, "abcd");
	assert_text(&table, 2, "name", PRINT_EXACT, "abc");
	assert_text(&table, 3, "name", PRINT_EXACT, "-");
	assert_text(&table, 1, "args", PRINT_EXACT, "[1, 2]");
	assert_text(&table, 3, "args", PRINT_EXACT, "[1, -]");
	assert_text(&table, 4, "args", PRINT_EXACT, "-");
	assert_text(&table, 6, "value", PRINT_EXACT,
		    "{pid=7, port=80, mode=-, bytes=-, args=-, name=-}");
}

/* A format that was asked for writes no more than there is, either. */
static void chosen_formats_end_with_the_record(void **state)
{
	SCOPED(table) table = {0};
	struct column column;
	SCOPED(buf) text = {0};

	(void)state;
	make_typed(&table);
	take_records(&table);
	column = column_of(&table, "bytes");
	column.format = format_named("hex", 3);
	table_text(&table, 4, &column, PRINT_EXACT, &text);
	assert_string_equal(buf_text(&text), "0x3e8");
	buf_clear(&text);
	table_text(&table, 5, &column, PRINT_EXACT, &text);
	assert_string_equal(buf_text(&text), "-");
}

static void bytes_end_with_the_record(void **state)
{
	SCOPED(table) table = {0};
	struct val val;
	size_t size;

	(void)state;
	make_untyped(&table);
	add_record(&table, 0, 6);
	add_record(&table, 64, 0);
	add_record(&table, 128, ROOM + 9);
	take_at(&table, SECOND);
	assert_text(&table, 0, "bytes", PRINT_EXACT, "07 00 00 00 50 00");
	table_value(&table, 0, &size);
	assert_int_equal(size, 8 + 6);
	val = cell_of_row(&table, 1, "bytes");
	assert_int_equal(val.kind, VAL_BYTES);
	assert_int_equal(val.len, 0);
	assert_text(&table, 1, "bytes", PRINT_EXACT, "");
	assert_text(&table, 2, "bytes", PRINT_SHORT,
		    "07 00 00 00 50 00 00 00 e8 03 00 00 00 00 00 00 …+25");
	table_value(&table, 2, &size);
	assert_int_equal(size, 8 + ROOM);
}

static unsigned n_matching(const struct table *table, const char *filter)
{
	struct query *query = NULL;
	struct err err = {0};
	uint64_t bits[4] = {0};
	size_t n = 0;

	if (query_compile(filter, table, &query, &err) < 0)
		fail_msg("%s: %s", filter, err.text);
	assert_int_equal(query_match(query, table, bits, &n), 0);
	query_free(query);
	return (unsigned)n;
}

static void filters_match_what_is_there(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_typed(&table);
	take_records(&table);
	assert_int_equal(n_matching(&table, "pid == 7"), 8);
	assert_int_equal(n_matching(&table, "pid != 7"), 0);
	assert_int_equal(n_matching(&table, "pid == 0"), 0);
	assert_int_equal(n_matching(&table, "mode == 0"), 6);
	assert_int_equal(n_matching(&table, "bytes < 1001"), 5);
	assert_int_equal(n_matching(&table, "bytes * 2 > 0"), 5);
	assert_int_equal(n_matching(&table, "args[1] == 2"), 3 - 0);
	assert_int_equal(n_matching(&table, "name == abc"), 1);
	assert_int_equal(n_matching(&table, "name != abc"), 2);
	assert_int_equal(n_matching(&table, "name ~ \"^abc\""), 3);
}

static void unknown_sorts_last(void **state)
{
	SCOPED(table) table = {0};
	struct view view;
	struct err err = {0};

	(void)state;
	make_typed(&table);
	take_records(&table);
	view_init(&view);
	assert_int_equal(view_sort(&view, &table, "bytes", &err), 0);
	assert_int_equal(view_refresh(&view, &table, 0), 0);
	for (int i = 0; i < (int)ARRAY_LEN(lengths); i++)
		assert_int_equal(view_row(&view, i), i);
	assert_int_equal(view_sort(&view, &table, "-bytes", &err), 0);
	assert_int_equal(view_refresh(&view, &table, 0), 0);
	for (int i = 0; i < (int)ARRAY_LEN(lengths); i++)
		assert_int_equal(view_row(&view, i), i);
	view_release(&view);
}

static const char *written(struct table *table, const struct out_ops *output, bool is_formatted,
			   struct buf *out)
{
	const struct out_job job = {.is_formatted = is_formatted};
	struct view view;

	buf_clear(out);
	view_init(&view);
	assert_int_equal(view_refresh(&view, table, 0), 0);
	assert_int_equal(output->write(table, &view, &job, &(struct out_sink){out}), 0);
	view_release(&view);
	return buf_text(out);
}

static void outputs_write_null(void **state)
{
	SCOPED(table) typed = {0};
	SCOPED(table) untyped = {0};
	SCOPED(buf) out = {0};

	(void)state;
	make_typed(&typed);
	add_record(&typed, 0, 6);
	add_record(&typed, 64, 20);
	take_at(&typed, SECOND);
	assert_string_equal(
		written(&typed, &out_jsonl, false, &out),
		"{\"map\":\"test\",\"id\":0,\"key\":{\"position\":0},\"value\":{\"length\":6,"
		"\"state\":0,\"pid\":7,\"port\":80,\"mode\":null,\"bytes\":null,"
		"\"args\":[null,null],\"name\":null}}\n"
		"{\"map\":\"test\",\"id\":0,\"key\":{\"position\":64},\"value\":{\"length\":20,"
		"\"state\":0,\"pid\":7,\"port\":80,\"mode\":0,\"bytes\":1000,"
		"\"args\":[1,null],\"name\":null}}\n");
	assert_non_null(strstr(written(&typed, &out_jsonl, true, &out), "\"mode\":null"));

	make_untyped(&untyped);
	add_record(&untyped, 0, 2);
	add_record(&untyped, 64, 0);
	take_at(&untyped, SECOND);
	written(&untyped, &out_jsonl, false, &out);
	assert_non_null(strstr(buf_text(&out), "\"bytes\":[\"0x07\",\"0x00\"]}"));
	assert_non_null(strstr(buf_text(&out), "\"bytes\":[]}"));
}

static struct group *group_by_list(struct table *table, const char *by)
{
	struct group *group = NULL;
	struct err err = {0};

	if (group_new(table, by, NULL, &group, &err) < 0)
		fail_msg("%s: %s", by, err.text);
	assert_int_equal(group_take(group), 0);
	return group;
}

/* The group that is shown so holds n rows, and its filter leads back to them; none where nothing is known. */
static void assert_group(const struct table *base, struct group *group, const char *name,
			 const char *shown, unsigned n)
{
	const struct table *table = group_table(group);

	for (size_t row = 0; row < table_n_live(table); row++) {
		struct column column = column_of(table, name);
		SCOPED(buf) text = {0};
		SCOPED(buf) filter = {0};

		table_text(table, row, &column, PRINT_EXACT, &text);
		if (strcmp(buf_text(&text), shown) != 0)
			continue;
		assert_number(table, row, "count", n);
		if (strcmp(shown, "-") == 0) {
			assert_int_equal(group_rows(group, row, &filter), -ENOENT);
		} else {
			assert_int_equal(group_rows(group, row, &filter), 0);
			assert_int_equal(n_matching(base, buf_text(&filter)), n);
		}
		return;
	}
	fail_msg("no group '%s' by %s", shown, name);
}

static void groups_tell_unknown_from_zero(void **state)
{
	SCOPED(table) table = {0};
	struct group *group;

	(void)state;
	make_typed(&table);
	take_records(&table);
	group = group_by_list(&table, "mode");
	assert_int_equal(table_n_live(group_table(group)), 2);
	assert_group(&table, group, "mode", "0", 6);
	assert_group(&table, group, "mode", "-", 4);
	group_free(group);
	group = group_by_list(&table, "name");
	assert_group(&table, group, "name", "abcdefg", 1);
	assert_group(&table, group, "name", "abc", 1);
	assert_group(&table, group, "name", "-", 7);
	group_free(group);
	group = group_by_list(&table, "bytes:log2");
	assert_int_equal(table_n_live(group_table(group)), 2);
	assert_group(&table, group, "bytes.range", "-", 5);
	group_free(group);
}

static void groups_of_bytes_end_with_them(void **state)
{
	SCOPED(table) table = {0};
	struct group *group;

	(void)state;
	make_untyped(&table);
	add_record(&table, 0, 2);
	add_record(&table, 64, 3);
	add_record(&table, 128, 4);
	add_record(&table, 192, 0);
	add_record(&table, 256, 3);
	take_at(&table, SECOND);
	group = group_by_list(&table, "bytes");
	assert_int_equal(table_n_live(group_table(group)), 4);
	assert_group(&table, group, "bytes", "07 00", 1);
	assert_group(&table, group, "bytes", "07 00 00", 2);
	assert_group(&table, group, "bytes", "07 00 00 00", 1);
	assert_group(&table, group, "bytes", "", 1);
	group_free(group);
}

static void sums_leave_out_what_is_not_there(void **state)
{
	SCOPED(table) table = {0};
	struct group *group;

	(void)state;
	make_typed(&table);
	take_records(&table);
	group = group_by_list(&table, "length");
	for (size_t row = 0; row < table_n_live(group_table(group)); row++) {
		if (number_of(group_table(group), row, "key.length") >= 16)
			assert_number(group_table(group), row, "bytes", 1000);
		else
			assert_unknown(group_table(group), row, "bytes");
	}
	group_free(group);
	group = group_by_list(&table, "");
	assert_number(group_table(group), 0, "bytes", 5000);
	assert_number(group_table(group), 0, "count", ARRAY_LEN(lengths));
	group_free(group);
}

/* A record is written once: nothing of it grows, so nothing has a rate. */
static void the_screen_has_no_rates_of_records(void **state)
{
	SCOPED(table) table = {0};
	struct tab *tab;

	(void)state;
	make_typed(&table);
	assert_int_equal(tab_new(&table, &tab), 0);
	assert_false(tab_has_trend(tab));
	tab_columns(tab);
	assert_true(tab->n_shown > 5);
	for (unsigned i = 0; i < tab->n_shown; i++)
		assert_int_not_equal(tab->shown[i].column.derive, DERIVE_RATE);
	tab_free(tab);
}

static void outputs_have_no_rates_of_records(void **state)
{
	SCOPED(table) table = {0};
	struct column columns[32];
	struct err err = {0};
	size_t n;

	(void)state;
	make_typed(&table);
	n = table_default_columns(&table, true, columns, ARRAY_LEN(columns));
	assert_true(n > 5);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(columns[i].derive, DERIVE_RATE);
	assert_int_equal(table_column_named(&table, "bytes.rate", 10, columns, &err), -EINVAL);
	assert_string_equal(err.text, "rows are records, written once, so 'bytes' has no 'rate'");
	assert_int_equal(table_column_named(&table, "bytes", 5, columns, &err), 0);
}

/* They go because they are consumed: nothing deletes, evicts or needs them again. */
static void no_churn_is_made_of_records(void **state)
{
	SCOPED(table) table = {0};
	SCOPED(buf) text = {0};
	struct verdict verdict;

	(void)state;
	make_typed(&table);
	for (uint64_t i = 0; i < 8; i++) {
		add_record(&table, i * 64, ROOM);
		take_at(&table, (i + 1) * SECOND);
	}
	verdict_make(&table, &verdict);
	verdict_text(&verdict, &text);
	assert_string_equal(
		buf_text(&text),
		"records: they go when they are consumed; whether there is room for them "
		"is told by how full the ring gets");
}

/* A recording shows them as the ring did. */
static void a_tape_knows_where_records_end(void **state)
{
	static const uint32_t broken[] = {3, sizeof(struct value) + 1};
	SCOPED(table) table = {0};
	SCOPED(tape_chunk) chunk = {0};
	SCOPED(map) map = {0};
	SCOPED(plan) plan = {0};
	struct err err = {0};

	(void)state;
	make_typed(&table);
	assert_int_equal(tape_pack_map(&chunk, 0, &table.map, &table.plan), 0);
	assert_int_equal(tape_unpack_map(chunk.body.at, chunk.body.len, &map, &plan, &err), 0);
	assert_int_equal(plan.record_from, table.plan.record_from);
	for (uint32_t i = 0; i < plan.n_fields; i++)
		assert_int_equal(plan.fields[i].limit_from, table.plan.fields[i].limit_from);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		table.plan.record_from = broken[i];
		assert_int_equal(tape_pack_map(&chunk, 0, &table.map, &table.plan), 0);
		assert_int_equal(tape_unpack_map(chunk.body.at, chunk.body.len, NULL, NULL, &err),
				 -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_churn_is_made_of_records),
		cmocka_unit_test(a_tape_knows_where_records_end),
		cmocka_unit_test(the_screen_has_no_rates_of_records),
		cmocka_unit_test(outputs_have_no_rates_of_records),
		cmocka_unit_test(cells_end_with_the_record),
		cmocka_unit_test(chosen_formats_end_with_the_record),
		cmocka_unit_test(bytes_end_with_the_record),
		cmocka_unit_test(filters_match_what_is_there),
		cmocka_unit_test(unknown_sorts_last),
		cmocka_unit_test(outputs_write_null),
		cmocka_unit_test(groups_tell_unknown_from_zero),
		cmocka_unit_test(groups_of_bytes_end_with_them),
		cmocka_unit_test(sums_leave_out_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
