/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which columns have room at which widths, above all two ends of a key in one: which maps have it, and what it
 * says. */
#include "tests/unit/stage.h"

#include "model/words.h"
#include "ui/columns.h"
#include "ui/mouse.h"
#include "tests/unit/starved.h"

enum { MAX_PARTS = 8, MAX_KEY = 64, MAX_ROWS = 4, SMALL_ROWS = 10, SMALL_COLS = 40 };

/* A key: its fields one behind the other, and rows of it as a person would type them. */
static const struct layout_case {
	const char *name;
	struct part_case {
		const char *name, *format;
		uint32_t size;
	} parts[MAX_PARTS];
	const char *rows[MAX_ROWS][MAX_PARTS];
	const char *shown[1 + MAX_ROWS]; /* at 40 columns: the titles of the key, and each row's */
} layouts[] = {
	{"four",
	 {{"src", "ip4", 4}, {"dst", "ip4", 4}, {"port", "port", 2}, {"proto", "proto", 1}},
	 {{"10.0.123.45", "192.0.2.10", "443", "tcp"},
	  {"198.51.100.23", "192.0.2.11", "80", "tcp"},
	  {"1.2.3.4", "5.6.7.8", "53", "udp"}},
	 {"SRC>DST:PORT", "10.0.123.45>..2.10:443", "198.51.100.23>..11:80", "1.2.3.4>5.6.7.8:53"}},
	{"six",
	 {{"saddr", "ip6", 16}, {"daddr", "ip6", 16}, {"dport", "port", 2}},
	 {{"2001:db8:14::d4", "2001:db8::5", "443"}, {"::1", "::1", "8080"}},
	 {"SADDR>DADDR:DPORT", "..db8:14::d4>[..5]:443", "::1>[::1]:8080"}},
	{"mapped",
	 {{"source", "ip6", 16}, {"dest", "ip6", 16}},
	 {{"10.200.123.145", "192.168.200.110"}, {"2001:db8:1:2:3:4:5:6", "10.0.0.1"}},
	 {"SOURCE>DEST", "10.200.123.145>..110", "..db8:1:2:3:4:5:6>..1"}},
	{"macs",
	 {{"vlan", "id", 2}, {"h_source", "mac", 6}, {"h_dest", "mac", 6}},
	 {{"7", "02:00:00:00:00:0a", "ff:ff:ff:ff:ff:ff"}},
	 {"H_SOURCE>H_DEST", "02:00:00:00:00:0a>..ff"}},
	{"both ports",
	 {{"local_ip4", "ip4", 4},
	  {"remote_ip4", "ip4", 4},
	  {"local_port", "port", 2},
	  {"remote_port", "port", 2},
	  {"family", "id", 1}},
	 {{"10.10.10.10", "10.20.20.20", "51234", "443", "2"}},
	 {"LOCAL_IP4>REMOTE_IP4", "..10.10:51234>..20:443"}},
	{"addresses behind frames",
	 {{"smac", "mac", 6}, {"dmac", "mac", 6}, {"sip", "ip4", 4}, {"dip", "ip4", 4}},
	 {{"02:00:00:00:00:0a", "ff:ff:ff:ff:ff:ff", "10.0.0.1", "10.0.0.200"}},
	 {"SIP>DIP", "10.0.0.1>10.0.0.200"}},
};

/* These have none: nothing says that they belong together. */
static const struct layout_case apart[] = {
	{"no pair",
	 {{"first", "ip4", 4}, {"second", "ip4", 4}, {"proto", "proto", 1}},
	 {{"10.0.123.45", "192.0.2.10", "tcp"}},
	 {NULL}},
	{"two kinds",
	 {{"src", "ip4", 4}, {"dst", "mac", 6}, {"proto", "proto", 1}},
	 {{"10.0.123.45", "02:00:00:00:00:0a", "tcp"}},
	 {NULL}},
	{"no addresses",
	 {{"src", "id", 4},
	  {"dst", "id", 4},
	  {"some_longer_name", "id", 4},
	  {"other_name", "id", 4}},
	 {{"1", "2", "3", "4"}},
	 {NULL}},
};

static const struct format *format_of(const char *name)
{
	return format_named(name, strlen(name));
}

static const char *type_of(const struct part_case *part)
{
	return strcmp(part->format, "port") == 0 ? "__be16" : "test";
}

static void make_plan(const struct layout_case *layout, struct plan *plan, uint32_t *size)
{
	struct field field = {.name = "", .type = "struct key", .kind = FIELD_STRUCT};
	struct err err = {0};

	*size = 0;
	for (int i = 0; i < MAX_PARTS && layout->parts[i].name; i++)
		*size += layout->parts[i].size;
	plan_begin(plan, *size, 8, "test");
	field.size = *size;
	assert_int_equal(plan_add(plan, false, &field, &err), 0);
	for (uint32_t i = 0, at = 0; i < MAX_PARTS && layout->parts[i].name; i++) {
		const struct part_case *part = &layout->parts[i];

		field = (struct field){.name = part->name,
				       .type = type_of(part),
				       .kind = part->size > 4 ? FIELD_BYTES : FIELD_UINT,
				       .offset = at,
				       .size = part->size,
				       .format = format_of(part->format)};
		assert_int_equal(plan_add(plan, false, &field, &err), 0);
		at += part->size;
	}
	assert_int_equal(plan_close(plan, &err), 0);
	field = (struct field){.name = "pkts", .type = "u64", .kind = FIELD_UINT, .size = 8};
	assert_int_equal(plan_add(plan, true, &field, &err), 0);
	assert_int_equal(plan_finish(plan, &err), 0);
}

/* The bytes that a typed text stands for; addresses and ports are in network order. */
static void put_part(const struct part_case *part, const char *text, uint8_t *out)
{
	const struct field field = {.kind = part->size > 4 ? FIELD_BYTES : FIELD_UINT,
				    .size = part->size,
				    .type = type_of(part),
				    .format = format_of(part->format)};
	struct arena mem = {0};
	struct err err = {0};
	struct val val;

	assert_int_equal(format_parse(&field, text, strlen(text), NULL, &mem, &val, &err), 0);
	if (val.kind == VAL_BYTES)
		memcpy(out, val.at, part->size);
	else if (strcmp(part->format, "port") == 0)
		out[0] = (uint8_t)(val.u >> 8), out[1] = (uint8_t)val.u;
	else
		memcpy(out, &val.u, part->size);
	arena_release(&mem);
}

static bool feed(struct stage *stage, size_t i, struct snap *snap)
{
	const struct layout_case *layout = stage->ctx;

	snap_clear(snap, &stage->tables[i].map);
	for (uint64_t row = 0; row < MAX_ROWS && layout->rows[row][0]; row++) {
		uint8_t key[MAX_KEY] = {0}, *at = key;
		uint64_t pkts = (1000 - row) * (stage->tick + 1);

		for (int j = 0; j < MAX_PARTS && layout->parts[j].name; j++) {
			put_part(&layout->parts[j], layout->rows[row][j], at);
			at += layout->parts[j].size;
		}
		assert_int_equal(snap_add(snap, key, &pkts), 0);
	}
	return true;
}

static void open_layout(struct stage *stage, const struct layout_case *layout)
{
	struct map map = {.name = "flows", .type = maptype_named("hash"), .max_entries = 100};
	struct plan plan;

	stage_open(stage, layout->name);
	make_plan(layout, &plan, &map.key_size);
	map.value_size = 8;
	map.n_cpus = 1;
	show_map(stage, &map, &plan);
	stage->feed = feed;
	stage->ctx = (void *)(uintptr_t)layout;
}

static void show_at(struct stage *stage, int n_cols)
{
	assert_int_equal(grid_resize(&stage->grid, SMALL_ROWS, n_cols), 0);
	draw(stage);
	/* the first frame of a width measures, the second shows what came of it */
	draw(stage);
}

static struct tab *tab_of(struct stage *stage)
{
	return front_tab(stage->screen);
}

/* The text at the place of the joint in a row of the screen, without the blanks behind it. */
static void joint_cells(struct stage *stage, int row, struct buf *out)
{
	const struct tab *tab = tab_of(stage);
	struct fit fit;
	int from, width;

	tab_fit(tab, stage->grid.n_cols, &fit);
	assert_true(fit.is_joined);
	from = fit.place[tab->joint.ends[0]];
	width = tab_width(tab, &fit, (unsigned)tab->joint.ends[0]);
	for (int col = from; col < from + width; col++)
		buf_adds(out, stage->grid.cells[row * stage->grid.n_cols + col].text);
	while (out->len && out->at[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(words_part("src_ip4", "dst_ip4", "src", "dst"));
	assert_true(words_part("tuple.srcIP", "tuple.dstIP", "src", "dst"));
	assert_false(words_part("dst_ip", "src_ip", "src", "dst"));
	assert_false(words_part("src_ip", "dst_ip6", "src", "dst"));
	assert_false(words_part("src_ip", "dst_mac", "src", "dst"));
	assert_false(words_part("srcip", "dstip", "src", "dst"));
	assert_false(words_part("src_ip", "src_ip", "src", "src"));
}

static void test_small(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
		for (int is_ascii = 0; is_ascii < 2; is_ascii++) {
			struct stage stage;

			open_layout(&stage, &layouts[i]);
			stage.grid.is_ascii = is_ascii;
			take_ticks(&stage, 3);
			show_at(&stage, SMALL_COLS);
			for (int row = 0; row <= MAX_ROWS && layouts[i].shown[row]; row++) {
				SCOPED(buf) text = {0};

				joint_cells(&stage, 1 + row, &text);
				assert_string_equal(buf_text(&text), layouts[i].shown[row]);
			}
			stage_close(&stage);
		}
}

static void test_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(apart); i++) {
		struct stage stage;
		struct fit fit;

		open_layout(&stage, &apart[i]);
		take_ticks(&stage, 3);
		show_at(&stage, LAYOUT_MIN_COLS);
		tab_fit(tab_of(&stage), LAYOUT_MIN_COLS, &fit);
		assert_true(fit.n_out > 0);
		assert_false(fit.is_joined);
		stage_close(&stage);
	}
}

/* -- every width ------------------------------------------------------------------------------------------- */

/* Columns lie one behind the other inside the line. */
static void check_places(const struct tab *tab, const struct fit *fit)
{
	int end = TAB_GUTTER - 1;

	for (unsigned i = 0; i < tab->n_shown; i++) {
		if (fit->place[i] < 0)
			continue;
		assert_true(fit->place[i] > end);
		end = fit->place[i] + tab_width(tab, fit, i);
		assert_true(end <= fit->n_cols);
	}
}

/* All of the key is there: in columns of its own, or joined, and then no more was cut than may be. */
static void check_key(struct stage *stage, const struct layout_case *layout, const struct fit *fit)
{
	const struct tab *tab = tab_of(stage);
	int first = tab->joint.ends[0];

	for (unsigned i = 0; i < tab->n_shown && !fit->is_joined; i++)
		assert_true(!tab->shown[i].in_key || fit->place[i] >= 0);
	if (!fit->is_joined)
		return;
	for (unsigned i = 0; i < tab->n_shown; i++)
		if (joint_has(&tab->joint, i))
			assert_int_equal(tab_carrier(tab, fit, i), first);
	if (tab_width(tab, fit, (unsigned)first) < tab->joint.least.columns)
		return; /* the last parts have no room even alone */
	for (int row = 0; row < MAX_ROWS && layout->rows[row][0]; row++) {
		SCOPED(buf) text = {0};

		joint_cells(stage, 2 + row, &text);
		assert_null(strstr(buf_text(&text), "…"));
		assert_non_null(strchr(buf_text(&text), '>'));
	}
}

static bool trend_is_seen(const struct tab *tab, const struct fit *fit)
{
	for (unsigned i = 0; i < tab->n_shown; i++)
		if (tab->shown[i].kind == SHOWN_TREND)
			return fit->place[i] >= 0;
	return false;
}

static void test_widths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		bool was_joined = true;
		struct stage stage;

		open_layout(&stage, &layouts[i]);
		take_ticks(&stage, 3);
		for (int n_cols = LAYOUT_MIN_COLS; n_cols < 80;
		     n_cols += (int)unless_starved(1, 13)) {
			struct fit fit;

			show_at(&stage, n_cols);
			tab_fit(tab_of(&stage), n_cols, &fit);
			check_places(tab_of(&stage), &fit);
			check_key(&stage, &layouts[i], &fit);
			/* once all of the key has room it stays so, and from 40 on beside the trend */
			assert_true(was_joined || !fit.is_joined);
			if (fit.is_joined && n_cols >= SMALL_COLS)
				assert_true(trend_is_seen(tab_of(&stage), &fit));
			was_joined = fit.is_joined;
		}
		stage_close(&stage);
	}
}

/* What only wide screens show (the busiest CPU, skew, age) stands beside a trend that tells something. */
static void test_extras_leave_the_trend_room(void **state)
{
	enum { FAIR = 16, STEP = 4, WIDEST = 200 };
	bool has_all = false;
	struct stage stage;

	(void)state;
	stage_open(&stage, "extras");
	open_map(&stage, "ports");
	take_ticks(&stage, 4);
	for (int n_cols = LAYOUT_MIN_COLS; n_cols <= WIDEST; n_cols += STEP) {
		const struct tab *tab = tab_of(&stage);
		unsigned n_extra = 0, trend = tab->n_shown;
		struct fit fit;

		show_at(&stage, n_cols);
		tab_fit(tab, n_cols, &fit);
		check_places(tab, &fit);
		for (unsigned i = 0; i < tab->n_shown; i++) {
			n_extra += tab->shown[i].rank >= RANK_EXTRA && fit.place[i] >= 0;
			trend = tab->shown[i].kind == SHOWN_TREND ? i : trend;
		}
		assert_true(trend < tab->n_shown);
		if (n_extra)
			assert_true(tab_width(tab, &fit, trend) >= FAIR);
		has_all = n_extra == 3;
	}
	assert_true(has_all);
	stage_close(&stage);
}

static void test_chosen_columns_stay_apart(void **state)
{
	struct stage stage;
	struct err err = {0};
	struct fit fit;

	(void)state;
	open_layout(&stage, &layouts[0]);
	assert_int_equal(screen_set_all(stage.screen, "columns", "src,dst,pkts", &err), 0);
	take_ticks(&stage, 3);
	show_at(&stage, SMALL_COLS);
	tab_fit(tab_of(&stage), SMALL_COLS, &fit);
	assert_false(fit.is_joined);
	stage_close(&stage);
}

/* -- what is done with it ------------------------------------------------------------------------------------ */

static const char *said(const struct stage *stage)
{
	return buf_text(&stage->screen->message.text);
}

static void test_the_fields_stay_themselves(void **state)
{
	struct stage stage;
	struct err err = {0};
	SCOPED(buf) text = {0};

	(void)state;
	open_layout(&stage, &layouts[0]);
	take_ticks(&stage, 3);
	show_at(&stage, SMALL_COLS);
	press(&stage, 'j');
	press(&stage, 'y');
	assert_string_equal(said(&stage), "copied '198.51.100.23 192.0.2.11 80 tcp'");
	assert_int_equal(
		screen_set_all(stage.screen, "filter", "dst == 192.0.2.10 and port == 443", &err),
		0);
	draw(&stage);
	assert_int_equal(tab_of(&stage)->view.n_matched, 1);
	joint_cells(&stage, 2, &text);
	assert_string_equal(buf_text(&text), "10.0.123.45>..2.10:443");
	stage_close(&stage);
}

/* Any of its titles is clicked on; the mark stands behind it. */
static void test_titles_sort(void **state)
{
	static const struct {
		int at;
		const char *field, *titles;
	} clicks[] = {{0, "src", "SRC▴>DST:PORT"},
		      {2, "src", "SRC▾>DST:PORT"},
		      {6, "dst", "SRC>DST▴:PORT"},
		      {10, "port", "SRC>DST:PORT▴"}};
	struct stage stage;

	(void)state;
	open_layout(&stage, &layouts[0]);
	take_ticks(&stage, 3);
	show_at(&stage, SMALL_COLS);
	for (size_t i = 0; i < ARRAY_LEN(clicks); i++) {
		struct mouse mouse = {
			.kind = MOUSE_PRESS, .row = 1, .col = TAB_GUTTER + clicks[i].at};
		SCOPED(buf) text = {0};

		obey(&stage, screen_mouse(stage.screen, &mouse));
		draw(&stage);
		assert_string_equal(tab_of(&stage)->view.keys[0].column.field->name,
				    clicks[i].field);
		joint_cells(&stage, 1, &text);
		assert_string_equal(buf_text(&text), clicks[i].titles);
	}
	stage_close(&stage);
}

/* What is found in an end that is shortened is lit all the same. */
static void test_search_lights_it(void **state)
{
	struct stage stage;
	struct err err = {0};
	struct fit fit;
	int col;

	(void)state;
	open_layout(&stage, &layouts[0]);
	take_ticks(&stage, 3);
	show_at(&stage, SMALL_COLS);
	assert_int_equal(tab_search(tab_of(&stage), "192.0.2.10", &err), 0);
	draw(&stage);
	tab_fit(tab_of(&stage), SMALL_COLS, &fit);
	col = fit.place[tab_of(&stage)->joint.ends[0]];
	assert_int_equal(stage.grid.cells[2 * SMALL_COLS + col].role, ROLE_MATCH);
	assert_int_not_equal(stage.grid.cells[3 * SMALL_COLS + col].role, ROLE_MATCH);
	stage_close(&stage);
}

/* A row that comes with a longer address doesn't shorten the others. */
static void test_rows_dont_move_each_other(void **state)
{
	struct layout_case longer = layouts[0];
	struct stage stage;
	SCOPED(buf) before = {0}, after = {0};

	(void)state;
	longer.rows[1][0] = longer.rows[2][0] = NULL;
	open_layout(&stage, &longer);
	take_ticks(&stage, 3);
	show_at(&stage, SMALL_COLS);
	joint_cells(&stage, 2, &before);
	longer = layouts[0];
	longer.rows[1][0] = "255.255.255.255";
	longer.rows[1][1] = "255.255.255.254";
	longer.rows[2][0] = NULL;
	take_ticks(&stage, 1);
	joint_cells(&stage, 3, &after); /* what is new has no rate yet and stands first */
	assert_string_equal(buf_text(&before), buf_text(&after));
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_extras_leave_the_trend_room),
		cmocka_unit_test(test_chosen_columns_stay_apart),
		cmocka_unit_test(test_the_fields_stay_themselves),
		cmocka_unit_test(test_titles_sort),
		cmocka_unit_test(test_search_lights_it),
		cmocka_unit_test(test_rows_dont_move_each_other),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
