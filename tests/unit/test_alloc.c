/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens when memory runs out, everywhere: each scenario runs with its first allocation failing, then
 * its second, and so on until it gets through. It may fail with -ENOMEM or do with less, but it must not
 * crash, and whatever it took it has given back. */
#include "tests/unit/folder.h"
#include "tests/unit/tables.h"

#include <stdio.h>
#include <stdlib.h>

#include <bpf/btf.h>

#include "tests/unit/failing.h"
#include "tests/unit/plan_make.h"
#include "tests/unit/tape_make.h"

#include "app/options.h"
#include "app/recorder.h"
#include "model/churn.h"
#include "model/map.h"
#include "model/smooth.h"
#include "query/query.h"
#include "read/btfplan.h"
#include "read/fold.h"
#include "read/replay.h"
#include "read/schema.h"
#include "read/source.h"
#include "read/spec.h"
#include "ui/screen.h"
#include "ui/term.h"
#include "ui/theme.h"

#if CAN_FAIL_ALLOCATIONS

enum { SEED = 7, MOST_ALLOCATIONS = 20000 };

static struct source *sim;

/* Runs until no allocation of it failed; 1: any error will do, since who fails can't tell why. */
static void run_short_of_memory(const char *name, int (*scenario)(void), bool any_error)
{
	int r = scenario(); /* what is kept for the next time is taken now, and may be given back */
	long live = allocations_live, n;

	if (r < 0)
		fail_msg("%s fails anyway: %d", name, r);
	for (n = 0; n < MOST_ALLOCATIONS; n++) {
		allocations_left = n;
		r = scenario();
		if (allocations_live > live)
			fail_msg("%s, allocation %ld: %ld not given back", name, n,
				 allocations_live - live);
		if (allocations_left >= 0)
			break;
		if (r < 0 && r != -ENOMEM && !any_error)
			fail_msg("%s, allocation %ld: returned %d", name, n, r);
	}
	allocations_left = -1;
	assert_true(n > 0 && n < MOST_ALLOCATIONS);
	assert_int_equal(r, 0);
	assert_int_equal(allocations_live, live);
}

/* -- maps and tables of the simulation -- */

static int find_map(const char *name, struct map_list *found)
{
	const struct spec spec = {.kind = SPEC_SIM, .text = name};

	return sim->ops->find(sim, &spec, found, NULL);
}

static int read_at(struct table *table, uint64_t tick)
{
	int r;

	source_sim_hold_tick(sim, tick);
	r = source_read(sim, &table->map, &(struct read_plan){0}, table->next, NULL);
	return r < 0 ? r : table_take(table);
}

static int open_table(const char *name, struct table *table)
{
	SCOPED(map_list) found = {0};
	SCOPED(plan) plan = {0};
	int r = find_map(name, &found);

	if (r == 0)
		r = sim->ops->plan(sim, &found.maps[0], &plan, NULL);
	if (r == 0)
		r = table_init(table, &found.maps[0], &plan);
	for (uint64_t tick = 0; r == 0 && tick < 2; tick++)
		r = read_at(table, tick);
	return r;
}

/* A table that doesn't come from memory that fails. */
static struct table *table_of(const char *name)
{
	static struct {
		const char *name;
		struct table table;
	} tables[8];
	long left = allocations_left;
	size_t i = 0;

	while (tables[i].name && strcmp(tables[i].name, name) != 0)
		i++;
	if (!tables[i].name) {
		allocations_left = -1;
		assert_int_equal(open_table(name, &tables[i].table), 0);
		tables[i].name = name;
		allocations_left = left;
	}
	return &tables[i].table;
}

/* Somebody looks at a smoothed rate, so that it is carried on. */
static int read_smoothed(struct table *table)
{
	struct column column = {.derive = DERIVE_SMOOTH};
	int r = smooth_set(table, 1000000000);

	column.field = &table->plan.fields[table->plan.n_fields - 1];
	for (uint64_t tick = 2; r == 0 && tick < 4; tick++) {
		if (table_n_live(table))
			table_cell(table, 0, &column);
		r = read_at(table, tick);
	}
	return r;
}

static int read_tables(void)
{
	static const char *const names[] = {"ports", "kinds", "empty"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(names); i++) {
		struct table table = {0};

		r = open_table(names[i], &table);
		if (r == 0)
			r = table_baseline(&table);
		if (r == 0)
			r = read_smoothed(&table);
		table_release(&table);
	}
	return r;
}

static int make_source(void)
{
	SCOPED(map_list) found = {0};
	struct source *source = NULL;
	int r = source_sim_new(SEED, &source);

	if (r == 0)
		r = source->ops->list(source, &found, NULL);
	if (source)
		source->ops->free(source);
	return r;
}

/* -- queries and views -- */

static int compile_queries(void)
{
	static const char *const texts[] = {
		"proto == tcp and packets.rate > 1k or saddr in 10.0.0.0/8",
		"key ~ '^[0-9a-f:]+(udp|tcp)$' and not bytes in 1Ki..2Mi",
		"packets / (bytes + 1) * 2 < 3 or dport in (53, 443, 1000..2000) and age < 30s",
	};
	struct table *table = table_of("flows");
	uint64_t *bits = calloc(table_n_rows(table) / 64 + 1, sizeof(*bits));
	int r = bits ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(texts); i++) {
		struct query *query = NULL;
		size_t n;

		r = query_compile(texts[i], table, &query, NULL);
		if (r == 0)
			r = query_match(query, table, bits, &n);
		query_free(query);
	}
	free(bits);
	return r;
}

static int order_rows(void)
{
	struct table *table = table_of("flows");
	struct view view;
	int r;

	view_init(&view);
	r = view_filter(&view, table, "packets > 0", NULL);
	if (r == 0)
		r = view_sort(&view, table, "-packets.rate,saddr,key", NULL);
	if (r == 0)
		r = view_refresh(&view, table, 20);
	view_move(&view, table, 30);
	if (r == 0)
		r = view_refresh(&view, table, 20);
	view_release(&view);
	return r;
}

/* -- outputs -- */

static int write_outputs(void)
{
	static const char *const names[] = {"kinds", "globals"};
	int r = 0;

	for (size_t t = 0; r == 0 && t < ARRAY_LEN(names); t++) {
		struct table *table = table_of(names[t]);

		for (unsigned i = 0; r == 0 && out_at(i); i++) {
			const struct out_job job = {.is_formatted = i % 2, .limit = 4};
			SCOPED(buf) out = {0};

			r = written(table, out_at(i), job, &(struct out_sink){&out});
		}
	}
	return r;
}

static int print_help(void)
{
	static const char *const topics[] = {"", "keys", "query", "formats", "outputs", "types"};
	SCOPED(buf) out = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(topics); i++)
		r = options_help(topics[i], &out, NULL);
	options_manual(&out);
	return r < 0 ? r : out.failed ? -ENOMEM : 0;
}

/* -- layouts -- */

static const char layout[] =
	"{\"maps\":{\"m\":{\"key\":[{\"name\":\"a\",\"type\":\"u32\",\"format\":\"ip4\"}],"
	"\"value\":[{\"name\":\"list\",\"count\":[2,2],\"fields\":[{\"name\":\"x\",\"type\":\"u8[3]"
	"\"}]},"
	"{\"name\":\"e\",\"type\":\"s32\",\"values\":{\"ONE\":1,\"NONE\":-1}},"
	"{\"name\":\"b\",\"type\":\"u64\",\"bits\":3},{\"name\":\"c\",\"type\":\"u64\",\"shift\":"
	"40}]},"
	"\"other\":{\"key\":\"u64\",\"fold\":{\"cpus\":2}}}}";

static int use_schema(void)
{
	const struct map map = {
		.name = "m", .type = maptype_named("hash"), .key_size = 4, .value_size = 24};
	const struct schema_map *entry = NULL;
	struct schema *schema = NULL;
	SCOPED(plan) plan = {0};
	SCOPED(buf) out = {0};
	int r = schema_parse("s", layout, sizeof(layout) - 1, &schema, NULL);

	if (r == 0)
		r = schema_find(schema, &map, &entry, NULL);
	if (r == 0)
		r = schema_plan(entry, &map, &plan, NULL);
	if (r == 0) {
		schema_write(&(struct schema_layout){.map = &map, .plan = &plan}, 1, &out);
		out_plans_c(&(struct out_layout){&map, &plan}, 1, &out);
		plan_text(&plan, NULL, NULL, &out);
		r = out.failed ? -ENOMEM : 0;
	}
	schema_free(schema);
	return r;
}

/* -- the screen -- */

static int use_screen(void)
{
	static const uint32_t keys[] = {'s', TERM_ENTER, '/', 'x', TERM_ESCAPE, 'm', TERM_DOWN};
	const struct screen_facts facts = {.host = "host", .interval_ns = SECOND};
	struct screen *screen = screen_new();
	SCOPED(grid) grid = {0};
	int r = screen ? grid_resize(&grid, 10, 40) : -ENOMEM;

	if (r == 0)
		r = screen_add(screen, table_of("globals"), NULL);
	if (r == 0)
		r = screen_add(screen, table_of("ports"), NULL);
	if (r == 0)
		screen_took(screen, table_of("ports"));
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(keys); i++) {
		screen_key(screen, keys[i]);
		screen_draw(screen, &facts, &grid);
	}
	screen_free(screen);
	return r;
}

static int load_themes(void)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && theme_name_at(i); i++) {
		struct theme theme;

		r = theme_load(&theme, theme_name_at(i), NULL);
	}
	return r;
}

/* -- plans and readings: what is said, and that the next try finds all in order -- */

static int refused(int r, const struct err *err, const struct plan *plan)
{
	if (r < 0) {
		assert_true(err->text[0]);
		assert_int_equal(plan->n_fields, 0);
	}
	return r;
}

static int make_plan(void)
{
	static const struct enum_name names[] = {{"ON", 1}, {"OFF", 0}};
	struct field field = LEAF(FIELD_ENUM, "enum onoff", "switch", 0, 4);
	SCOPED(plan) plan = {0};
	struct err err = {0};
	int r = 0;

	field.names = names;
	field.n_names = ARRAY_LEN(names);
	plan_begin(&plan, 0, 4, "test");
	plan.is_variables = true;
	for (int i = 0; i < 300 && r == 0; i++)
		r = plan_add(&plan, true, &field, &err);
	r = r ? r : plan_finish(&plan, &err);
	if (r < 0)
		assert_true(err.text[0]);
	return r;
}

static struct btf *btf_of_a_struct(int *key, int *value)
{
	struct btf *btf = btf__new_empty();
	int color = btf__add_enum(btf, "color", 4), wide;

	btf__set_pointer_size(btf, 8);
	btf__add_enum_value(btf, "RED", 1);
	*key = btf__add_int(btf, "unsigned int", 4, 0);
	wide = btf__add_int(btf, "unsigned long long", 8, 0);
	color = btf__add_array(btf, *key, color, 4);
	*value = btf__add_struct(btf, "s", 24);
	btf__add_field(btf, "list", color, 0, 0);
	btf__add_field(btf, "n", wide, 128, 0);
	btf__add_decl_tag(btf, "bpfmaptop:hex", *value, 1);
	return btf;
}

static int compile_btf(void)
{
	long left = allocations_left;
	SCOPED(plan) plan = {0};
	struct err err = {0};
	int key, value, r;
	struct btf *btf;

	allocations_left = -1;
	btf = btf_of_a_struct(&key, &value);
	allocations_left = left;
	r = btfplan_compile(btf, key, value, 4, 24, &plan, &err);
	btf__free(btf);
	return refused(r, &err, &plan);
}

/* A reading in which the first ten keys of a hundred go; with another one they are back. */
static int lose_keys(void)
{
	long left = allocations_left;
	SCOPED(table) table = {0};
	int r;

	allocations_left = -1;
	make_counters(&table, 1);
	read_keys_at(&table, 1, 0, 100);
	for (uint32_t key = 10; key < 100; key++)
		add_counter(&table, key, 1);
	table.next->ended_ns = 2 * SECOND;
	allocations_left = left;
	r = table_take(&table);
	left = allocations_left;
	allocations_left = -1;
	if (r < 0)
		take_at(&table, 2 * SECOND);
	read_keys_at(&table, 3, 0, 100);
	assert_int_equal(table.churn.returned.n_back, 10);
	allocations_left = left;
	return r;
}

/* -- recordings -- */

static char tape_path[PATH_MAX];

static int write_tape(void)
{
	const struct tape_head head = {
		.host = "host", .program = "test", .boot = "boot", .interval_ns = SECOND};
	struct table *table = table_of("flows");
	struct tape_make make;
	int r = tape_make_begin(&make, tape_path, &head) < 0 ? -ENOMEM : 0;

	if (r == 0)
		r = tape_make_map(&make, 0, table);
	for (uint64_t tick = 1; r == 0 && tick <= 2; tick++)
		r = tape_make_snap(&make, 0, tick, table->current, false);
	tape_make_end(&make, true);
	return r;
}

static int record_tape(void)
{
	struct table *table = table_of("flows");
	struct recorder recorder = {.file = {.path = tape_path, .fd = -1, .is_new = true}};
	SCOPED(tape_chunk) map = {0};
	SCOPED(buf) text = {0};
	int r;

	unlink(tape_path);
	recorder_head(&recorder.head, &text, SECOND);
	r = tape_pack_map(&map, 0, &table->map, &table->plan);
	if (r == 0)
		r = recorder_begin(&recorder, NULL);
	if (r == 0)
		r = recorder_add(&recorder, &map, NULL);
	for (uint64_t tick = 1; r == 0 && tick <= 2; tick++) {
		struct snap *room = recorder_room(&recorder, 0);

		snap_clear(room, &table->map);
		r = snap_copy_rows(room, table->current, table->current->n_rows, SIZE_MAX);
		snap_copy_facts(room, table->current);
		if (r == 0)
			r = recorder_write(&recorder, 0, tick, NULL);
	}
	if (r == 0)
		r = recorder_end(&recorder, NULL);
	recorder_release(&recorder);
	return r;
}

static int replay_tape(void)
{
	const struct spec spec = {.kind = SPEC_TAPE, .text = tape_path};
	struct source *tape = NULL;
	SCOPED(map_list) found = {0};
	SCOPED(plan) plan = {0};
	SCOPED(snap) snap = {0};
	int r = source_tape_new(tape_path, &tape, NULL);

	if (r == 0)
		r = tape->ops->find(tape, &spec, &found, NULL);
	if (r == 0)
		r = tape->ops->plan(tape, &found.maps[0], &plan, NULL);
	if (r == 0)
		r = source_read(tape, &found.maps[0], &(struct read_plan){0}, &snap, NULL);
	if (tape)
		tape->ops->free(tape);
	return r;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool any_error;
} scenarios[] = {
	{"source", make_source},
	{"tables", read_tables},
	{"queries", compile_queries},
	{"view", order_rows},
	{"outputs", write_outputs},
	{"help", print_help},
	{"schema", use_schema, .any_error = true}, /* the parser of JSON doesn't say why it stops */
	{"screen", use_screen},
	{"plan", make_plan},
	{"types", compile_btf},
	{"keys that go", lose_keys},
	{"themes", load_themes, .any_error = true},
	{"recording", write_tape},
	{"recorder", record_tape},
	{"replay", replay_tape},
};

static void test_scenario(void **state)
{
	const size_t i = (size_t)(uintptr_t)*state;

	run_short_of_memory(scenarios[i].name, scenarios[i].run, scenarios[i].any_error);
}
#endif

int main(void)
{
#if CAN_FAIL_ALLOCATIONS
	struct CMUnitTest tests[ARRAY_LEN(scenarios)];
	if (!own_folder() || source_sim_new(SEED, &sim) < 0)
		return 1;
	snprintf(tape_path, sizeof(tape_path), "%s", in_folder("a.tape"));
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
					       .test_func = test_scenario,
					       .initial_state = (void *)(uintptr_t)i};
	return cmocka_run_group_tests(tests, NULL, NULL);
#else
	puts("1..1\nok 1 - memory runs out # SKIP sanitizers bring an allocator of their own");
	return 0;
#endif
}
