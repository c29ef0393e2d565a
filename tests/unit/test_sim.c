/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The simulation: repeatable to the byte, consistent in itself, and laid out as the compiler lays out
 * the demo's own program. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/index.h"
#include "base/tidy.h"
#include "bpf/demo.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/snap.h"
#include "read/btfplan.h"
#include "read/sim.h"
#include "read/source.h"
#include "read/spec.h"

#define OBJECT "build/gen/demo.bpf.o"

/* A simulation with all of its maps, plans and last readings. */
struct world {
	struct source *source;
	struct map_list maps;
	struct snap snaps[16];
};

static void world_release(struct world *world)
{
	for (size_t i = 0; i < world->maps.n; i++)
		snap_release(&world->snaps[i]);
	map_list_release(&world->maps);
	world->source->ops->free(world->source);
}

static void world_open(struct world *world, uint64_t seed)
{
	struct err err = {0};

	assert_int_equal(source_sim_new(seed, &world->source), 0);
	assert_int_equal(world->source->ops->list(world->source, &world->maps, &err), 0);
	assert_in_range(world->maps.n, 1, ARRAY_LEN(world->snaps));
}

static void world_read(struct world *world)
{
	struct err err = {0};

	for (size_t i = 0; i < world->maps.n; i++)
		assert_int_equal(source_read(world->source, &world->maps.maps[i], NULL,
					     &world->snaps[i], &err),
				 STEP_DONE);
}

static void world_read_tick(struct world *world, uint64_t tick)
{
	source_sim_hold_tick(world->source, tick);
	world_read(world);
}

static const struct snap *snap_of(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->maps.n; i++)
		if (strcmp(world->maps.maps[i].name, name) == 0)
			return &world->snaps[i];
	fail_msg("no map %s", name);
	return NULL;
}

static void assert_same_readings(const struct world *a, const struct world *b)
{
	for (size_t i = 0; i < a->maps.n; i++) {
		const struct snap *x = &a->snaps[i], *y = &b->snaps[i];

		assert_int_equal(x->n_rows, y->n_rows);
		assert_int_equal(x->started_ns, y->started_ns);
		assert_int_equal(x->ended_ns, y->ended_ns);
		assert_int_equal(x->wall_ns, y->wall_ns);
		if (!x->n_rows)
			continue;
		assert_memory_equal(x->keys.at, y->keys.at, x->n_rows * x->key_stride);
		assert_memory_equal(x->vals.at, y->vals.at, x->n_rows * x->val_stride);
	}
}

static void a_tick_is_a_tick_by_any_road(void **state)
{
	SCOPED(world) walks = {0}, jumps = {0}, returns = {0};

	(void)state;
	world_open(&walks, 5);
	world_open(&jumps, 5);
	world_open(&returns, 5);
	for (uint64_t tick = 0; tick <= 6; tick++)
		world_read_tick(&walks, tick);
	world_read_tick(&jumps, 6);
	world_read_tick(&returns, 9);
	world_read_tick(&returns, 6);
	assert_same_readings(&walks, &jumps);
	assert_same_readings(&walks, &returns);
}

static void seeds_differ(void **state)
{
	SCOPED(world) one = {0}, other = {0};
	const struct snap *a, *b;

	(void)state;
	world_open(&one, 1);
	world_open(&other, 2);
	world_read_tick(&one, 0);
	world_read_tick(&other, 0);
	a = snap_of(&one, "verdicts");
	b = snap_of(&other, "verdicts");
	assert_memory_not_equal(a->vals.at, b->vals.at, a->val_stride);
}

static void held_times_are_whole_ticks(void **state)
{
	SCOPED(world) world = {0};
	const struct snap *flows;

	(void)state;
	world_open(&world, 1);
	world_read_tick(&world, 41);
	flows = snap_of(&world, "flows");
	assert_int_equal(flows->ended_ns, SIM_START_NS + 41 * SIM_TICK_NS);
	assert_int_equal(flows->wall_ns, SIM_START_WALL_NS + 41 * SIM_TICK_NS);
	assert_true(flows->started_ns < flows->ended_ns);
	for (size_t row = 0; row < flows->n_rows; row++) {
		struct flow flow;

		memcpy(&flow, snap_value(flows, row), sizeof(flow));
		assert_true(flow.first_seen <= flow.last_seen);
		assert_true(flow.last_seen < flows->ended_ns);
	}
}

/* Sums a u64 at that offset over all rows and CPUs. */
static uint64_t sum_of(const struct snap *snap, size_t cpu_stride, size_t offset, size_t n_cpus)
{
	uint64_t sum = 0, value;

	for (size_t row = 0; row < snap->n_rows; row++)
		for (size_t cpu = 0; cpu < n_cpus; cpu++) {
			memcpy(&value, snap_value(snap, row) + cpu * cpu_stride + offset,
			       sizeof(value));
			sum += value;
		}
	return sum;
}

static void maps_of_one_moment_agree(void **state)
{
	SCOPED(world) world = {0};
	struct demo_globals globals;
	const struct snap *verdicts;
	uint64_t n_with_ports = 0;

	(void)state;
	world_open(&world, 3);
	world_read_tick(&world, 11);
	memcpy(&globals, snap_of(&world, "globals")->vals.at,
	       snap_of(&world, "globals")->val_stride);
	verdicts = snap_of(&world, "verdicts");
	assert_int_equal(sum_of(verdicts, sizeof(struct counts), 0, SIM_CPUS),
			 globals.packets_total);
	assert_int_equal(sum_of(verdicts, sizeof(struct counts), 8, SIM_CPUS), globals.bytes_total);
	assert_int_equal(sum_of(snap_of(&world, "sizes"), 8, 0, SIM_CPUS), globals.packets_total);
	assert_int_equal(verdicts->n_rows, N_VERDICTS);
	for (size_t row = 0; row < N_VERDICTS; row++) {
		struct counts counts[SIM_CPUS];

		memcpy(counts, snap_value(verdicts, row), sizeof(counts));
		for (size_t cpu = 0; cpu < SIM_CPUS; cpu++)
			if (row == pass_tcp || row == pass_udp || row == drop_blocked_port)
				n_with_ports += counts[cpu].packets;
	}
	assert_int_equal(sum_of(snap_of(&world, "ports"), sizeof(struct counts), 0, SIM_CPUS),
			 n_with_ports);
	assert_int_equal(globals.uncounted_total, 0);
}

static size_t n_missing(const struct snap *before, const struct snap *after)
{
	SCOPED(index) index = {0};
	size_t n = 0;

	assert_int_equal(index_reset(&index, after->n_rows), 0);
	for (uint32_t row = 0; row < after->n_rows; row++)
		index_add(&index, after->keys.at, after->key_stride, after->key_stride, row);
	assert_int_equal(index.n_used, after->n_rows); /* no key twice */
	for (size_t row = 0; row < before->n_rows; row++)
		n += index_find(&index, after->keys.at, after->key_stride, after->key_stride,
				snap_key(before, row)) == INDEX_NONE;
	return n;
}

static void the_lru_evicts_when_full_and_spares_what_is_used(void **state)
{
	SCOPED(world) before = {0}, after = {0};
	const struct snap *old, *new;
	size_t n_gone, n_used = 0, n_used_gone = 0;

	(void)state;
	world_open(&before, 1);
	world_open(&after, 1);
	world_read_tick(&before, 29);
	world_read_tick(&after, 30);
	old = snap_of(&before, "flows");
	new = snap_of(&after, "flows");
	assert_int_equal(old->n_rows, DEMO_FLOWS);
	assert_int_equal(new->n_rows, DEMO_FLOWS);
	n_gone = n_missing(old, new);
	assert_in_range(n_gone, 50, DEMO_FLOWS / 4);
	for (size_t row = 0; row < old->n_rows; row++) {
		struct flow flow;

		memcpy(&flow, snap_value(old, row), sizeof(flow));
		if (flow.packets < 100)
			continue;
		n_used++;
		n_used_gone += memcmp(snap_key(old, row), snap_key(new, row), old->key_stride) != 0;
	}
	assert_true(n_used > 50);
	assert_true(n_used_gone * 20 < n_used);
}

static void unknown_names_are_told_the_known(void **state)
{
	SCOPED(world) world = {0};
	SCOPED(map_list) found = {0};
	const struct spec spec = {.kind = SPEC_SIM, .text = "flaws"};
	const struct spec many = {.kind = SPEC_SIM, .text = "many"};
	struct err err = {0};

	(void)state;
	world_open(&world, 1);
	assert_int_equal(world.source->ops->find(world.source, &spec, &found, &err), -ENOENT);
	assert_string_equal(
		err.text,
		"no simulated map is called 'flaws': there are flows, ports, "
		"verdicts, sizes, globals, many, kinds, empty, wide, stacks, samples, events");
	assert_int_equal(found.n, 0);
	assert_int_equal(world.source->ops->find(world.source, &many, &found, &err), 0);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.maps[0].name, "many");
}

/* -- free running: the clock moves it -- */

static void the_clock_moves_it_in_tenths(void **state)
{
	SCOPED(world) world = {0};
	const uint64_t start = 5000 * SIM_TICK_NS;
	uint64_t wall = SIM_START_WALL_NS, packets;

	(void)state;
	clock_hold(start, wall);
	world_open(&world, 1);
	world_read(&world);
	packets = sum_of(snap_of(&world, "verdicts"), sizeof(struct counts), 0, SIM_CPUS);
	assert_true(packets > 0); /* there is something to see at once */

	clock_hold(start + 350000000, wall + 350000000);
	world_read(&world);
	assert_int_equal(snap_of(&world, "flows")->ended_ns, start + 300000000);
	assert_int_equal(snap_of(&world, "many")->wall_ns, wall + 300000000);
	assert_true(sum_of(snap_of(&world, "verdicts"), sizeof(struct counts), 0, SIM_CPUS) >
		    packets);
	clock_free_run();
}

static uint64_t read_one(struct world *world, const char *name)
{
	const struct snap *snap = snap_of(world, name);
	size_t i = (size_t)(snap - world->snaps);
	struct err err = {0};

	assert_int_equal(
		source_read(world->source, &world->maps.maps[i], NULL, &world->snaps[i], &err),
		STEP_DONE);
	return snap->ended_ns;
}

/* A reading that came late is followed by one in time, perhaps within the same tenth: rates need some time between. */
static void a_map_that_is_read_again_has_moved_on(void **state)
{
	SCOPED(world) world = {0};
	const uint64_t start = 5000 * SIM_TICK_NS;

	(void)state;
	clock_hold(start, SIM_START_WALL_NS);
	world_open(&world, 1);
	assert_int_equal(read_one(&world, "flows"), start);
	clock_hold(start + 99999999, SIM_START_WALL_NS);
	assert_int_equal(read_one(&world, "ports"), start);
	assert_int_equal(read_one(&world, "flows"), start + 90000000);
	assert_int_equal(read_one(&world, "ports"), start + 90000000);
	assert_int_equal(read_one(&world, "flows"), start + 99999999);
	clock_hold(start + 100000000, SIM_START_WALL_NS);
	assert_int_equal(read_one(&world, "many"), start + 100000000);
	assert_int_equal(read_one(&world, "flows"), start + 100000000);
	clock_free_run();
}

/* However long whoever opens it needs, or is kept from going on. */
static void the_first_reading_is_of_the_first_moment(void **state)
{
	SCOPED(world) world = {0}, slow = {0};
	const uint64_t start = 5000 * SIM_TICK_NS, late = SIM_TICK_NS / 4;

	(void)state;
	clock_hold(start, SIM_START_WALL_NS);
	world_open(&world, 1);
	world_open(&slow, 1);
	read_one(&world, "flows");
	clock_hold(start + late, SIM_START_WALL_NS + late);
	assert_int_equal(read_one(&slow, "flows"), start + late);
	assert_int_equal(snap_of(&slow, "flows")->wall_ns, SIM_START_WALL_NS + late);
	assert_int_equal(snap_of(&slow, "flows")->n_rows, snap_of(&world, "flows")->n_rows);
	clock_free_run();
}

/* After a day unread it has a minute of traffic to count, not a day's. */
static void a_long_pause_costs_little(void **state)
{
	SCOPED(world) world = {0};
	const uint64_t start = 5000 * SIM_TICK_NS, day = 86400 * SIM_TICK_NS;
	uint64_t packets;

	(void)state;
	clock_hold(start, SIM_START_WALL_NS);
	world_open(&world, 1);
	world_read(&world);
	clock_hold(start + day, SIM_START_WALL_NS + day);
	world_read(&world);
	packets = sum_of(snap_of(&world, "verdicts"), sizeof(struct counts), 0, SIM_CPUS);
	assert_in_range(packets, 1, 61ull * SIM_CPUS * 40000);
	assert_int_equal(snap_of(&world, "flows")->ended_ns, start + day);
	clock_free_run();
}

static void a_limit_truncates(void **state)
{
	SCOPED(world) world = {0};
	const struct read_plan how = {.max_rows = 100};
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	world_open(&world, 1);
	source_sim_hold_tick(world.source, 0);
	assert_int_equal(source_read(world.source, &world.maps.maps[0], &how, &snap, &err),
			 STEP_DONE);
	assert_int_equal(snap.n_rows, 100);
	assert_int_equal(snap.notes, SNAP_TRUNCATED);
}

/* -- layouts -- */

static void every_field_of_every_row_prints(void **state)
{
	SCOPED(world) world = {0};
	SCOPED(buf) text = {0};
	struct err err = {0};
	const struct lookups none = {0};

	(void)state;
	world_open(&world, 1);
	world_read_tick(&world, 3);
	for (size_t i = 0; i < world.maps.n; i++) {
		SCOPED(plan) plan = {0};

		assert_int_equal(
			world.source->ops->plan(world.source, &world.maps.maps[i], &plan, &err), 0);
		for (size_t row = 0; row < world.snaps[i].n_rows && row < 20; row++)
			for (uint32_t f = 0; f < plan.n_fields; f++) {
				const struct field *field = &plan.fields[f];
				const uint8_t *base = field->in_value
							      ? snap_value(&world.snaps[i], row)
							      : snap_key(&world.snaps[i], row);

				buf_clear(&text);
				if (!field->in_array)
					format_print(field, &plan, base, PRINT_EXACT, &none, &text);
				assert_false(text.failed);
			}
	}
}

static void kinds_has_every_kind(void **state)
{
	SCOPED(world) world = {0};
	SCOPED(plan) plan = {0};
	unsigned seen = 0;
	bool has_bits = false, has_wide = false;
	struct err err = {0};

	(void)state;
	world_open(&world, 1);
	for (size_t i = 0; i < world.maps.n; i++)
		if (strcmp(world.maps.maps[i].name, "kinds") == 0)
			assert_int_equal(world.source->ops->plan(world.source, &world.maps.maps[i],
								 &plan, &err),
					 0);
	for (uint32_t f = 0; f < plan.n_fields; f++) {
		seen |= 1u << plan.fields[f].kind;
		has_bits |= plan.fields[f].is_bitfield;
		has_wide |= plan.fields[f].kind == FIELD_INT && plan.fields[f].size == 16;
	}
	assert_int_equal(seen, (1u << N_FIELD_KINDS) - 1);
	assert_true(has_bits);
	assert_true(has_wide);
}

static void assert_same_field(const struct field *ours, const struct field *theirs)
{
	assert_string_equal(ours->name, theirs->name);
	assert_string_equal(ours->path, theirs->path);
	assert_string_equal(ours->type, theirs->type);
	assert_int_equal(ours->kind, theirs->kind);
	assert_int_equal(ours->in_value, theirs->in_value);
	assert_int_equal(ours->is_signed, theirs->is_signed);
	assert_int_equal(ours->is_hidden, theirs->is_hidden);
	assert_int_equal(ours->offset, theirs->offset);
	assert_int_equal(ours->size, theirs->size);
	assert_int_equal(ours->count, theirs->count);
	assert_int_equal(ours->stride, theirs->stride);
	assert_int_equal(ours->n_below, theirs->n_below);
	assert_string_equal(ours->format->name, theirs->format->name);
	assert_int_equal(ours->n_names, theirs->n_names);
	for (uint32_t i = 0; i < ours->n_names; i++)
		assert_string_equal(ours->names[i].name, theirs->names[i].name);
}

static void assert_same_layout(struct world *world, const struct map *map,
			       const struct bpf_object *object)
{
	const struct bpf_map *theirs = bpf_object__find_map_by_name(object, map->name);
	const struct btf *btf = bpf_object__btf(object);
	uint32_t key = theirs ? bpf_map__btf_key_type_id(theirs) : 0;
	uint32_t value =
		theirs ? bpf_map__btf_value_type_id(theirs)
		       : (uint32_t)btf__find_by_name_kind(btf, map->section, BTF_KIND_DATASEC);
	SCOPED(plan) ours = {0};
	SCOPED(plan) compiled = {0};
	struct err err = {0};

	if (theirs) {
		assert_int_equal(bpf_map__type(theirs), map->type->number);
		assert_int_equal(bpf_map__max_entries(theirs), map->max_entries);
	}
	assert_int_equal(world->source->ops->plan(world->source, map, &ours, &err), 0);
	assert_int_equal(
		btfplan_compile(btf, key, value, map->key_size, map->value_size, &compiled, &err),
		0);
	assert_int_equal(ours.n_fields, compiled.n_fields);
	assert_int_equal(ours.is_variables, compiled.is_variables);
	for (uint32_t i = 0; i < ours.n_fields; i++)
		assert_same_field(&ours.fields[i], &compiled.fields[i]);
}

static void layouts_are_the_compilers(void **state)
{
	struct bpf_object *object = bpf_object__open(OBJECT);
	SCOPED(world) world = {0};

	(void)state;
	assert_non_null(object);
	world_open(&world, 1);
	for (size_t i = 0; sim_demo_map(i); i++)
		assert_same_layout(&world, &world.maps.maps[i], object);
	bpf_object__close(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tick_is_a_tick_by_any_road),
		cmocka_unit_test(seeds_differ),
		cmocka_unit_test(held_times_are_whole_ticks),
		cmocka_unit_test(maps_of_one_moment_agree),
		cmocka_unit_test(the_lru_evicts_when_full_and_spares_what_is_used),
		cmocka_unit_test(unknown_names_are_told_the_known),
		cmocka_unit_test(the_clock_moves_it_in_tenths),
		cmocka_unit_test(a_map_that_is_read_again_has_moved_on),
		cmocka_unit_test(the_first_reading_is_of_the_first_moment),
		cmocka_unit_test(a_long_pause_costs_little),
		cmocka_unit_test(a_limit_truncates),
		cmocka_unit_test(every_field_of_every_row_prints),
		cmocka_unit_test(kinds_has_every_kind),
		cmocka_unit_test(layouts_are_the_compilers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
