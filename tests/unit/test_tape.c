/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tape: what is written comes back, every field and every row in its place; and whatever is done to
 * its bytes is found. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/snap.h"
#include "model/tape.h"
#include "tests/unit/starved.h"

/* -- a tape in memory -- */

struct memory {
	struct buf bytes;
	size_t at;
	size_t max_read; /* a read gives no more than that */
};

static int memory_write(void *ctx, const void *bytes, size_t n)
{
	struct memory *memory = ctx;

	buf_add(&memory->bytes, bytes, n);
	return 0;
}

static ptrdiff_t memory_read(void *ctx, void *bytes, size_t n)
{
	struct memory *memory = ctx;

	n = MIN_OF(n, memory->bytes.len - memory->at);
	n = MIN_OF(n, memory->max_read);
	memcpy(bytes, memory->bytes.at + memory->at, n);
	memory->at += n;
	return (ptrdiff_t)n;
}

static int next_chunk(struct tape_reader *reader, size_t max_bytes)
{
	int r;

	do
		r = tape_reader_step(reader, max_bytes);
	while (r == TAPE_AGAIN);
	return r;
}

/* -- maps and plans -- */

static void same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static const struct enum_name verdicts[] = {{"PASS", 0}, {"DROP", -1}, {"MIN", INT64_MIN}};

static void make_plan(struct plan *plan)
{
	struct err err = {0};
	const struct field key = {.name = "addr", .type = "__be32", .kind = FIELD_UINT, .size = 4};
	const struct field whole = {
		.name = "", .type = "struct v", .kind = FIELD_STRUCT, .size = 40};
	const struct field array = {.name = "slots",
				    .type = "struct s[3]",
				    .kind = FIELD_ARRAY,
				    .count = 3,
				    .stride = 8};
	const struct field element = {
		.name = "", .type = "struct s", .kind = FIELD_STRUCT, .size = 8};
	const struct field inner = {
		.name = "n", .type = "u64", .kind = FIELD_UINT, .size = 8, .is_hidden = true};
	struct field verdict = {.name = "verdict",
				.type = "enum verdict",
				.kind = FIELD_ENUM,
				.is_signed = true,
				.offset = 24,
				.size = 4,
				.names = verdicts,
				.n_names = ARRAY_LEN(verdicts)};
	const struct field bits = {.name = "bits",
				   .type = "u32",
				   .kind = FIELD_UINT,
				   .offset = 32,
				   .is_bitfield = true,
				   .bit_shift = 3,
				   .bit_size = 17};

	plan_begin(plan, 4, 40, "btf");
	assert_int_equal(plan_add(plan, false, &key, &err), 0);
	assert_int_equal(plan_add(plan, true, &whole, &err), 0);
	assert_int_equal(plan_add(plan, true, &array, &err), 0);
	assert_int_equal(plan_add(plan, true, &element, &err), 0);
	assert_int_equal(plan_add(plan, true, &inner, &err), 0);
	assert_int_equal(plan_close(plan, &err), 0);
	assert_int_equal(plan_close(plan, &err), 0);
	assert_int_equal(plan_add(plan, true, &verdict, &err), 0);
	verdict.name = "last", verdict.offset = 28, verdict.format = format_named("dec", 3);
	assert_int_equal(plan_add(plan, true, &verdict, &err), 0);
	assert_int_equal(plan_add(plan, true, &bits, &err), 0);
	assert_int_equal(plan_close(plan, &err), 0);
	assert_int_equal(plan_finish(plan, &err), 0);
}

static void same_field(const struct field *a, const struct field *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->path, b->path);
	assert_string_equal(a->type, b->type);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->in_value, b->in_value);
	assert_int_equal(a->is_signed, b->is_signed);
	assert_int_equal(a->is_hidden, b->is_hidden);
	assert_int_equal(a->is_bitfield, b->is_bitfield);
	assert_int_equal(a->bit_shift, b->bit_shift);
	assert_int_equal(a->bit_size, b->bit_size);
	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->stride, b->stride);
	assert_int_equal(a->n_below, b->n_below);
	assert_int_equal(a->parent, b->parent);
	assert_ptr_equal(a->format, b->format);
	assert_int_equal(a->in_array, b->in_array);
	assert_int_equal(a->n_names, b->n_names);
	for (uint32_t i = 0; i < a->n_names; i++) {
		assert_string_equal(a->names[i].name, b->names[i].name);
		assert_true(a->names[i].value == b->names[i].value);
	}
}

static void maps_come_back(void **state)
{
	const struct map_user users[] = {{7, "xdp_main"}, {9, "tc_\u00e9"}};
	const struct map_user pins[] = {{0, "/sys/fs/bpf/a"}, {0, "/sys/fs/bpf/b/c"}};
	struct map was = {.id = 41,
			  .name = "flows",
			  .type = maptype_named("lru_percpu_hash"),
			  .key_size = 4,
			  .value_size = 40,
			  .max_entries = 65536,
			  .flags = 2,
			  .extra = UINT64_MAX,
			  .btf_id = 5,
			  .btf_key_type_id = 6,
			  .btf_value_type_id = 7,
			  .btf_vmlinux_value_type_id = 8,
			  .ifindex = 9,
			  .n_cpus = 12,
			  .memory_bytes = 1ull << 40,
			  .is_frozen = true,
			  .loaded_ns = 1234567,
			  .source = "kernel",
			  .pin = "/sys/fs/bpf/flows",
			  .programs = {users, 2},
			  .owners.is_whole = true,
			  .other_pins = {pins, 2, true}};
	SCOPED(plan) plan = {0};
	SCOPED(plan) plan_is = {0};
	SCOPED(map) is = {0};
	SCOPED(tape_chunk) chunk = {0};
	SCOPED(tape_chunk) again = {0};
	struct err err = {0};
	size_t n_taken = 0;

	(void)state;
	make_plan(&plan);
	assert_int_equal(tape_pack_map(&chunk, 0, &was, &plan), 0);
	assert_int_equal(tape_unpack_map(chunk.body.at, chunk.body.len, &is, &plan_is, &err), 0);
	assert_ptr_equal(is.type, was.type);
	same_text(is.name, was.name);
	same_text(is.source, was.source);
	same_text(is.pin, was.pin);
	same_text(is.section, was.section);
	assert_int_equal(is.programs.n, 2);
	assert_int_equal(is.programs.at[1].id, 9);
	same_text(is.programs.at[1].name, "tc_\u00e9");
	assert_int_equal(is.owners.n, 0);
	assert_true(is.other_pins.n == 2 && is.other_pins.is_whole);
	same_text(is.other_pins.at[1].name, "/sys/fs/bpf/b/c");
	assert_int_equal(is.n_cpus, 12);
	assert_true(is.extra == UINT64_MAX && is.is_frozen && is.owners.is_whole);
	assert_int_equal(tape_pack_map(&again, 0, &is, &plan_is), 0);
	assert_int_equal(again.body.len, chunk.body.len);
	assert_memory_equal(again.body.at, chunk.body.at, chunk.body.len);
	assert_int_equal(plan_is.n_fields, plan.n_fields);
	assert_int_equal(plan_is.n_key_fields, plan.n_key_fields);
	assert_string_equal(plan_is.origin, "btf");
	assert_true(plan_is.is_typed);
	for (uint32_t i = 0; i < plan.n_fields; i++)
		same_field(&plan_is.fields[i], &plan.fields[i]);

	/* Cut anywhere, it is refused, but before its pins, which older programs leave out. */
	for (size_t n = 0; n < chunk.body.len; n++) {
		uint8_t *cut = malloc(n ? n : 1);
		int r;

		assert_non_null(cut);
		memcpy(cut, chunk.body.at, n);
		r = tape_unpack_map(cut, n, NULL, NULL, &err);
		assert_true(r == -EBADMSG || r == 0);
		n_taken += r == 0;
		free(cut);
	}
	assert_int_equal(n_taken, 1);
}

/* -- readings -- */

/* A reading made out of the one before: rows change, go, come and move. */
static void next_reading(struct snap *is, const struct snap *was, const struct map *map,
			 unsigned churn, uint64_t *seed)
{
	uint8_t key[64], value[128];

	snap_clear(is, map);
	*is = (struct snap){
		.keys = is->keys,
		.vals = is->vals,
		.key_stride = is->key_stride,
		.val_stride = is->val_stride,
		.number = was->number + 1,
		.started_ns = num_random(seed),
		.ended_ns = num_random(seed),
		.wall_ns = num_random(seed),
		.method = num_random(seed) % 2 ? "batch" : "next-key",
		.notes = num_random(seed) % 128,
		.error = -(int)(num_random(seed) % 200),
		.n_dropped = num_random(seed) % 3,
		.n_calls = num_random(seed) % 1000,
		.busy_ns = num_random(seed) % 1000000,
		.n_missed = num_random(seed) % 2,
	};
	for (size_t row = 0; row < was->n_rows + 3; row++) {
		bool is_new = num_random(seed) % 100 < churn || row >= was->n_rows;
		bool changes = num_random(seed) % 100 < churn;

		if (!is_new && num_random(seed) % 100 < churn)
			continue;
		for (size_t i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)num_random(seed);
		for (size_t i = 0; i < sizeof(value); i++)
			value[i] = (uint8_t)num_random(seed);
		if (!is_new && was->key_stride)
			memcpy(key, snap_key(was, row), was->key_stride);
		if (!is_new && was->val_stride)
			memcpy(value + (changes ? was->val_stride / 2 : 0),
			       snap_value(was, row) + (changes ? was->val_stride / 2 : 0),
			       was->val_stride - (changes ? was->val_stride / 2 : 0));
		assert_int_equal(snap_add(is, key, value), 0);
		if (is_new && row < was->n_rows && num_random(seed) % 2)
			assert_int_equal(snap_add(is, snap_key(was, row),
						  was->val_stride ? snap_value(was, row) : NULL),
					 0);
	}
}

static void same_snap(const struct snap *a, const struct snap *b)
{
	assert_int_equal(a->n_rows, b->n_rows);
	assert_int_equal(a->key_stride, b->key_stride);
	assert_int_equal(a->val_stride, b->val_stride);
	assert_true(a->number == b->number);
	assert_true(a->started_ns == b->started_ns && a->ended_ns == b->ended_ns);
	assert_true(a->wall_ns == b->wall_ns && a->busy_ns == b->busy_ns);
	assert_string_equal(a->method, b->method);
	assert_int_equal(a->notes, b->notes);
	assert_int_equal(a->error, b->error);
	assert_int_equal(a->n_dropped, b->n_dropped);
	assert_int_equal(a->n_calls, b->n_calls);
	assert_int_equal(a->n_missed, b->n_missed);
	if (a->n_rows && a->key_stride)
		assert_memory_equal(a->keys.at, b->keys.at, a->n_rows * a->key_stride);
	if (a->n_rows && a->val_stride)
		assert_memory_equal(a->vals.at, b->vals.at, a->n_rows * a->val_stride);
}

static int read_rows(const struct tape_reader *reader, const struct snap *base,
		     const struct map *map, struct snap *out, size_t step, struct arena *mem)
{
	struct tape_rows rows;
	int r = tape_rows_begin(&rows, &reader->label, reader->body.at, base, map, out, mem);

	for (r = r == 0 ? 1 : r; r > 0;)
		r = tape_rows_step(&rows, out, step);
	return r;
}

static void round_trip(uint32_t key_size, uint32_t value_size, unsigned churn, size_t step)
{
	enum { READINGS = 12 };
	const struct map map = {.type = maptype_named("hash"),
				.name = "m",
				.key_size = key_size,
				.value_size = value_size,
				.n_cpus = 1};
	struct memory memory = {.max_read = step};
	struct tape_reader reader = {.read = memory_read, .ctx = &memory};
	struct snap was[READINGS + 1] = {0}, is[2] = {0};
	SCOPED(tape_chunk) chunk = {0};
	SCOPED(arena) mem = {0};
	uint64_t seed = key_size * 1000 + value_size + churn;
	size_t n_diffs = 0;

	for (size_t i = 1; i <= READINGS; i++) {
		next_reading(&was[i], &was[i - 1], &map, churn, &seed);
		assert_int_equal(tape_pack_snap(&chunk, 0, i, &was[i], i > 1 ? &was[i - 1] : NULL),
				 0);
		assert_true(tape_chunk_bytes(&chunk) ==
			    chunk.body.len + chunk.row_bytes[0] + chunk.row_bytes[1] + 48);
		n_diffs += chunk.label.tag == TAPE_DIFF;
		assert_int_equal(tape_chunk_write(&chunk, memory_write, &memory), 0);
	}
	if (churn < 20)
		assert_true(n_diffs > READINGS / 2);
	for (size_t i = 1; i <= READINGS; i++) {
		assert_int_equal(next_chunk(&reader, step), TAPE_CHUNK);
		assert_int_equal(reader.label.tick, i);
		assert_true(reader.label.time_ns == was[i].ended_ns);
		assert_int_equal(read_rows(&reader, i > 1 ? &is[(i - 1) % 2] : NULL, &map,
					   &is[i % 2], step, &mem),
				 0);
		same_snap(&is[i % 2], &was[i]);
	}
	assert_int_equal(next_chunk(&reader, step), -ENODATA);
	for (size_t i = 0; i <= READINGS; i++)
		snap_release(&was[i]);
	snap_release(&is[0]), snap_release(&is[1]);
	tape_reader_release(&reader);
	buf_release(&memory.bytes);
}

static void readings_come_back(void **state)
{
	static const uint32_t keys[] = {0, 1, 4, 7, 16, 64}, values[] = {0, 1, 8, 13, 64, 128};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(keys); k += unless_starved(1, 2))
		for (size_t v = 0; v < ARRAY_LEN(values); v += unless_starved(1, 3))
			for (unsigned churn = 0; churn <= 100; churn += unless_starved(20, 50))
				if (keys[k] + values[v])
					round_trip(keys[k], values[v], churn, 1 + (k * v) % 9);
	round_trip(16, 64, 10, unless_starved(100000, 1000));
}

/* 5 % changed rows take little room, and so do counters that all move. */
static void diffs_are_small(void **state)
{
	enum { ROWS = 20000 };
	const struct map map = {
		.type = maptype_named("hash"), .name = "m", .key_size = 16, .value_size = 64};
	struct snap was = {0}, is = {0};
	SCOPED(tape_chunk) chunk = {0};
	uint64_t seed = 1, raw = ROWS * 80;
	uint8_t key[16], value[64] = {0};

	(void)state;
	snap_clear(&was, &map), snap_clear(&is, &map);
	was.number = 1, is.number = 2;
	for (size_t row = 0; row < ROWS; row++) {
		for (size_t i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)num_random(&seed);
		assert_int_equal(snap_add(&was, key, value), 0);
		for (size_t i = 0; i < 64 && num_random(&seed) % 20 == 0; i++)
			value[i] ^= (uint8_t)num_random(&seed);
		assert_int_equal(snap_add(&is, key, value), 0);
		memset(value, 0, sizeof(value));
	}
	assert_int_equal(tape_pack_snap(&chunk, 0, 2, &is, &was), 0);
	assert_int_equal(chunk.label.tag, TAPE_DIFF);
	assert_true(tape_chunk_bytes(&chunk) < raw * 10 / 100);
	for (size_t row = 0; row < ROWS; row++)
		is.vals.at[row * 64]++;
	assert_int_equal(tape_pack_snap(&chunk, 0, 2, &is, &was), 0);
	assert_true(tape_chunk_bytes(&chunk) < raw * 35 / 100);
	snap_release(&was), snap_release(&is);
}

/* -- faults -- */

static void make_tape(struct memory *memory, const struct map *map)
{
	struct snap was = {0}, is = {0};
	SCOPED(tape_chunk) chunk = {0};
	uint64_t seed = 3;

	was.number = 0;
	snap_clear(&was, map);
	next_reading(&is, &was, map, 0, &seed);
	assert_int_equal(tape_pack_snap(&chunk, 0, 1, &is, NULL), 0);
	assert_int_equal(tape_chunk_write(&chunk, memory_write, memory), 0);
	next_reading(&was, &is, map, 10, &seed);
	assert_int_equal(tape_pack_snap(&chunk, 0, 2, &was, &is), 0);
	assert_int_equal(tape_chunk_write(&chunk, memory_write, memory), 0);
	assert_int_equal(tape_pack_end(&chunk, 2), 0);
	assert_int_equal(tape_chunk_write(&chunk, memory_write, memory), 0);
	snap_release(&was), snap_release(&is);
}

/* returns how many chunks were whole; *code_ret says what ended them. */
static size_t count_chunks(struct memory *memory, int *code_ret)
{
	struct tape_reader reader = {.read = memory_read, .ctx = memory};
	size_t n = 0;

	memory->at = 0;
	while ((*code_ret = next_chunk(&reader, 64)) == TAPE_CHUNK)
		n++;
	tape_reader_release(&reader);
	return n;
}

static void every_flip_and_cut_is_found(void **state)
{
	const struct map map = {
		.type = maptype_named("hash"), .name = "m", .key_size = 4, .value_size = 8};
	struct memory memory = {.max_read = SIZE_MAX};
	size_t whole;
	int code;

	(void)state;
	make_tape(&memory, &map);
	whole = memory.bytes.len;
	assert_int_equal(count_chunks(&memory, &code), 3);
	assert_int_equal(code, -ENODATA);
	for (size_t bit = 0; bit < 8 * whole; bit++) {
		memory.bytes.at[bit / 8] ^= (char)(1u << bit % 8);
		assert_true(count_chunks(&memory, &code) < 3);
		assert_int_equal(code, -EBADMSG);
		memory.bytes.at[bit / 8] ^= (char)(1u << bit % 8);
	}
	for (size_t n = whole; n-- > 0;) {
		memory.bytes.len = n;
		assert_true(count_chunks(&memory, &code) < 3);
		assert_true(code == -EPIPE || code == -ENODATA);
	}
	memory.bytes.len = whole;
	buf_release(&memory.bytes);
}

/* A length that a label swears to, and no bytes behind it: memory grows with the bytes that came. */
static void length_without_bytes_takes_no_memory(void **state)
{
	struct memory memory = {.max_read = SIZE_MAX};
	struct tape_reader reader = {.read = memory_read, .ctx = &memory};
	SCOPED(tape_chunk) chunk = {0};

	(void)state;
	chunk.label = (struct tape_label){.tag = TAPE_SNAP, .length = 1ull << 50};
	assert_int_equal(tape_chunk_write(&chunk, memory_write, &memory), 0);
	assert_int_equal(next_chunk(&reader, 4096), -EPIPE);
	assert_true(reader.body.cap <= 1 << 22);
	tape_reader_release(&reader);
	buf_release(&memory.bytes);
}

static void versions(void **state)
{
	struct memory memory = {.max_read = SIZE_MAX};
	struct err err = {0};
	uint8_t *bytes;

	(void)state;
	assert_int_equal(tape_write_magic(memory_write, &memory), 0);
	assert_int_equal(memory.bytes.len, TAPE_MAGIC_BYTES);
	bytes = (uint8_t *)memory.bytes.at;
	assert_int_equal(tape_magic_check(bytes, "x", &err), 0);
	bytes[17] = '9';
	assert_int_equal(tape_magic_check(bytes, "x", &err), 0);
	bytes[15] = '2';
	assert_int_equal(tape_magic_check(bytes, "x.tape", &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.text, "'x.tape' is of version 2.9"));
	bytes[0] = 'B';
	assert_int_equal(tape_magic_check(bytes, "x.tape", &err), -EBADMSG);
	assert_non_null(strstr(err.text, "'x.tape' is not a tape"));
	buf_release(&memory.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_come_back),
		cmocka_unit_test(readings_come_back),
		cmocka_unit_test(diffs_are_small),
		cmocka_unit_test(every_flip_and_cut_is_found),
		cmocka_unit_test(length_without_bytes_takes_no_memory),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
