/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Series of a map's rows over several readings: sums that never fall, gauges found out, series that stay. */
#include "tests/unit/tables.h"

#include "out/out.h"
#include "out/prom.h"
#include "query/group.h"
#include "query/view.h"

struct setup {
	struct table table;
	struct view view;
	struct prom_map prom;
	uint64_t now_ns;
	struct buf text;
};

static void start(struct setup *setup, size_t max_series)
{
	const struct out_job job = {0};

	*setup = (struct setup){0};
	make_counters(&setup->table, 1);
	view_init(&setup->view);
	setup->view.keeps_order = true;
	assert_int_equal(prom_map_init(&setup->prom, &setup->table, &job, max_series), 0);
}

static void end(struct setup *setup)
{
	prom_map_release(&setup->prom);
	view_release(&setup->view);
	table_release(&setup->table);
	buf_release(&setup->text);
}

/* The rows that were added become a reading, and text what is written of it. */
static void take(struct setup *setup)
{
	struct prom_map *one = &setup->prom;

	setup->now_ns += SECOND;
	take_at(&setup->table, setup->now_ns);
	assert_int_equal(view_refresh(&setup->view, &setup->table, 0), 0);
	assert_int_equal(prom_map_take(&setup->prom, &setup->table, &setup->view), 0);
	buf_clear(&setup->text);
	prom_write(&one, 1, false, &setup->text);
}

static void has_line(const struct setup *setup, const char *line)
{
	if (!strstr(buf_text(&setup->text), line))
		fail_msg("no '%s' in:\n%s", line, buf_text(&setup->text));
}

static void lacks(const struct setup *setup, const char *text)
{
	if (strstr(buf_text(&setup->text), text))
		fail_msg("'%s' in:\n%s", text, buf_text(&setup->text));
}

#define SERIES(labels) "bpf_map_field_total{map=\"test\",id=\"0\",field=\"value\"," labels "} "

static void the_largest_rows_have_series_and_the_rest_is_summed(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 2);
	for (uint32_t key = 1; key <= 5; key++)
		add_counter(&setup.table, key, key * 100);
	take(&setup);
	has_line(&setup, SERIES("key=\"5\"") "500\n");
	has_line(&setup, SERIES("key=\"4\"") "400\n");
	has_line(&setup, SERIES("row=\"other\"") "600\n");
	lacks(&setup, "key=\"3\"");
	end(&setup);
}

/* Readings and skews of several rows are no reading and no skew of anything. */
static void what_does_not_add_up_is_not_summed(void **state)
{
	static const char *const names[] = {"key",	   "seen",	   "packets.skew",
					    "packets.max", "packets.rate", "packets"};
	struct column columns[ARRAY_LEN(names)];
	const struct out_job job = {
		.columns = columns, .n_columns = ARRAY_LEN(columns), .is_selected = true};
	struct setup setup = {0};
	struct plan plan;

	(void)state;
	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "packets", FIELD_UINT, 0, 8);
	make_table(&setup.table, &plan, 2);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		columns[i] = column_of(&setup.table, names[i]);
	view_init(&setup.view);
	setup.view.keeps_order = true;
	assert_int_equal(prom_map_init(&setup.prom, &setup.table, &job, ARRAY_LEN(names)), 0);
	for (unsigned reading = 1; reading <= 2; reading++) {
		for (uint32_t key = 1; key <= 3; key++) {
			uint64_t copies[] = {10 * key * reading, 30 * key * reading};

			assert_int_equal(snap_add(setup.table.next, &key, copies), 0);
		}
		take(&setup);
	}
	has_line(&setup, "field=\"packets\",row=\"other\"} ");
	has_line(&setup, "field=\"packets.rate\",row=\"other\"} ");
	has_line(&setup, "field=\"seen\",key=");
	has_line(&setup, "field=\"packets.skew\",key=");
	has_line(&setup, "field=\"packets.max\",key=");
	lacks(&setup, "field=\"seen\",row=");
	lacks(&setup, "field=\"packets.skew\",row=");
	lacks(&setup, "field=\"packets.max\",row=");
	end(&setup);
}

static void the_rest_never_falls(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 1);
	add_counter(&setup.table, 1, 1000);
	add_counter(&setup.table, 2, 500);
	add_counter(&setup.table, 3, 50);
	take(&setup);
	has_line(&setup, SERIES("row=\"other\"") "550\n");
	/* 2 goes, 3 grows by 5, 4 is new with 7. */
	add_counter(&setup.table, 1, 1000);
	add_counter(&setup.table, 3, 55);
	add_counter(&setup.table, 4, 7);
	take(&setup);
	has_line(&setup, SERIES("row=\"other\"") "562\n");
	/* The series goes to the largest of the rest, with what it has; the rest keeps what it was. */
	add_counter(&setup.table, 3, 56);
	add_counter(&setup.table, 4, 8);
	take(&setup);
	has_line(&setup, SERIES("key=\"3\"") "56\n");
	has_line(&setup, SERIES("row=\"other\"") "563\n");
	/* A counter that was reset counts from 0. */
	add_counter(&setup.table, 3, 56);
	add_counter(&setup.table, 4, 3);
	take(&setup);
	has_line(&setup, SERIES("row=\"other\"") "566\n");
	end(&setup);
}

static void a_series_stays_with_its_row(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 1);
	add_counter(&setup.table, 1, 1000);
	add_counter(&setup.table, 2, 10);
	take(&setup);
	add_counter(&setup.table, 1, 1000);
	add_counter(&setup.table, 2, 5000);
	take(&setup);
	has_line(&setup, SERIES("key=\"1\"") "1000\n");
	has_line(&setup, SERIES("row=\"other\"") "5000\n");
	end(&setup);
}

static void a_row_of_its_own_shows_its_reset(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 9);
	add_counter(&setup.table, 1, UINT64_MAX);
	take(&setup);
	has_line(&setup, SERIES("key=\"1\"") "18446744073709551615\n");
	add_counter(&setup.table, 1, 3);
	take(&setup);
	has_line(&setup, SERIES("key=\"1\"") "3\n");
	end(&setup);
}

static void what_falls_as_often_as_it_rises_is_a_gauge(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 9);
	for (unsigned i = 0; i < 8; i++) {
		add_counter(&setup.table, 1, i % 2 ? 10 : 20);
		take(&setup);
	}
	has_line(&setup,
		 "bpf_map_field_value{map=\"test\",id=\"0\",field=\"value\",key=\"1\"} 10\n");
	lacks(&setup, "bpf_map_field_total");
	end(&setup);
}

static void a_counter_with_resets_stays_a_counter(void **state)
{
	struct setup setup;

	(void)state;
	start(&setup, 9);
	for (unsigned i = 0; i < 60; i++) {
		add_counter(&setup.table, 1, i % 12 * 10);
		take(&setup);
	}
	has_line(&setup, SERIES("key=\"1\"") "110\n");
	end(&setup);
}

static void a_map_that_cannot_be_read_says_only_that(void **state)
{
	struct setup setup;
	struct prom_map *one = &setup.prom;

	(void)state;
	start(&setup, 9);
	add_counter(&setup.table, 1, 5);
	take(&setup);
	prom_map_failed(&setup.prom);
	buf_clear(&setup.text);
	prom_write(&one, 1, false, &setup.text);
	has_line(&setup, "bpfmaptop_map_up{map=\"test\",id=\"0\"} 0\n");
	has_line(&setup, ",status=\"failed\"} 1\n");
	lacks(&setup, "bpf_map_field_value");
	lacks(&setup, "bpf_map_entries");
	end(&setup);
}

/* A series of the text up to its end, whatever bytes stand behind it. */
static void open_texts(struct setup *setup, const struct out_job *job)
{
	struct plan plan;

	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "map", FIELD_TEXT, 0, 4);
	open_field(&plan, IN_VALUE, "value", FIELD_UINT, 0, 8);
	make_table(&setup->table, &plan, 1);
	view_init(&setup->view);
	setup->view.keeps_order = true;
	assert_int_equal(prom_map_init(&setup->prom, &setup->table, job, 9), 0);
}

/* The bytes behind the end of a text are no part of it: one series, counted as one. */
static void keys_that_read_the_same_are_one_series(void **state)
{
	const struct out_job job = {0};
	struct setup setup = {0};
	uint64_t n = 4;

	(void)state;
	open_texts(&setup, &job);
	assert_int_equal(snap_add(setup.table.next, "a\0xx", &n), 0);
	assert_int_equal(snap_add(setup.table.next, "a\0yy", &n), 0);
	take(&setup);
	has_line(&setup, SERIES("map_=\"a\"") "8\n");
	assert_int_equal(snap_add(setup.table.next, "a\0yy", &n), 0);
	take(&setup);
	has_line(&setup, SERIES("map_=\"a\"") "8\n");
	end(&setup);
}

/* Where integers end the sum goes on: it must neither wrap nor fall. */
static void sums_past_all_integers(void **state)
{
	const struct out_job job = {0};
	struct setup setup = {0};
	uint64_t most = UINT64_MAX;

	(void)state;
	open_texts(&setup, &job);
	assert_int_equal(snap_add(setup.table.next, "a\0xx", &most), 0);
	assert_int_equal(snap_add(setup.table.next, "a\0yy", &most), 0);
	take(&setup);
	has_line(&setup, SERIES("map_=\"a\"") "3.6893488147419103e+19\n");
	end(&setup);
}

/* What falls when a row leaves is the count of rows, not what was counted. */
static void sums_of_groups_never_fall(void **state)
{
	struct setup setup = {0};
	struct group *group = NULL;
	struct out_groups groups = {.base = &setup.table, .by = "", .filter = ""};
	const struct out_job job = {.groups = &groups};
	struct prom_map *one = &setup.prom;
	static const struct {
		uint32_t keys[3];
		uint64_t values[3];
		const char *sum, *count;
	} readings[] = {
		{{1, 2, 11}, {1000, 500, 7}, "1500\n", "2\n"},
		{{1, 3, 11}, {1001, 20, 7}, "1521\n", "2\n"}, /* 2 goes, 3 is new */
		{{1, 0, 11}, {1004, 0, 9}, "1524\n", "1\n"},
	};

	(void)state;
	make_counters(&setup.table, 1);
	view_init(&setup.view);
	setup.view.keeps_order = true;
	assert_int_equal(group_new(&setup.table, "key:10", "", &group, NULL), 0);
	assert_int_equal(prom_map_init(&setup.prom, group_table(group), &job, 9), 0);
	for (size_t i = 0; i < ARRAY_LEN(readings); i++) {
		SCOPED(buf) line = {0};

		for (size_t k = 0; k < 3; k++)
			if (readings[i].keys[k])
				add_counter(&setup.table, readings[i].keys[k],
					    readings[i].values[k]);
		setup.now_ns += SECOND;
		take_at(&setup.table, setup.now_ns);
		assert_int_equal(group_take(group), 0);
		assert_int_equal(view_refresh(&setup.view, group_table(group), 0), 0);
		assert_int_equal(prom_map_take(&setup.prom, group_table(group), &setup.view), 0);
		buf_clear(&setup.text);
		prom_write(&one, 1, false, &setup.text);
		buf_adds(&line, SERIES("key_range=\"0..9\""));
		buf_adds(&line, readings[i].sum);
		has_line(&setup, buf_text(&line));
		buf_clear(&line);
		buf_addf(&line, "bpf_map_field_value{map=\"test\",id=\"0\",field=\"count\",%s} %s",
			 "key_range=\"0..9\"", readings[i].count);
		has_line(&setup, buf_text(&line));
	}
	has_line(&setup, SERIES("key_range=\"10..19\"") "9\n");
	has_line(&setup, "bpf_map_entries{map=\"test\",id=\"0\"} 2\n"); /* of the map, not groups */
	prom_map_release(&setup.prom);
	group_free(group);
	view_release(&setup.view);
	table_release(&setup.table);
	buf_release(&setup.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_rows_have_series_and_the_rest_is_summed),
		cmocka_unit_test(what_does_not_add_up_is_not_summed),
		cmocka_unit_test(the_rest_never_falls),
		cmocka_unit_test(a_series_stays_with_its_row),
		cmocka_unit_test(a_row_of_its_own_shows_its_reset),
		cmocka_unit_test(what_falls_as_often_as_it_rises_is_a_gauge),
		cmocka_unit_test(a_counter_with_resets_stays_a_counter),
		cmocka_unit_test(a_map_that_cannot_be_read_says_only_that),
		cmocka_unit_test(sums_of_groups_never_fall),
		cmocka_unit_test(sums_past_all_integers),
		cmocka_unit_test(keys_that_read_the_same_are_one_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
