/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ring buffers are watched, never consumed: what waits is shown, and a consumer beside the watcher gets
 * every record. */
#include "ring_producer.h"
#include "shown.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "model/ring.h"
#include "read/schema.h"
#include "read/shape.h"
#include "ui/grid.h"
#include "ui/screen.h"

enum { RING_BYTES = 1 << 16, RECORD_ROOM = 16 /* header and 8 bytes */ };

struct consumer {
	uint64_t n;
	bool is_in_order;
};

static int consume(void *ctx, void *data, size_t size)
{
	struct consumer *consumer = ctx;
	uint64_t number;

	memcpy(&number, data, sizeof(number));
	consumer->is_in_order &= size == sizeof(number) && number == consumer->n;
	consumer->n++;
	return 0;
}

static void test_waiting_records(void **state)
{
	int ring = make_map(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, RING_BYTES, 0);
	int prog = make_producer(ring);
	struct consumer consumer = {.is_in_order = true};
	struct ring_buffer *reader = ring_buffer__new(ring, consume, &consumer, NULL);
	SCOPED(table) full = {0};
	SCOPED(table) empty = {0};
	SCOPED(buf) text = {0};
	char expected[32];

	(void)state;
	assert_true(prog >= 0);
	for (uint64_t i = 0; i < 100; i++)
		assert_true(produce(prog, i));
	show(ring, 0, &full);
	assert_int_equal(table_n_live(&full), 100);
	assert_int_equal(full.current->ring.size_bytes, RING_BYTES);
	assert_int_equal(full.current->ring.produced_bytes, 100 * RECORD_ROOM);
	assert_int_equal(full.current->ring.consumed_bytes, 0);
	assert_int_equal(full.current->ring.n_ready, 100);
	assert_string_equal(cell(&full, 7, "length", PRINT_EXACT), "8");
	assert_string_equal(cell(&full, 7, "state", PRINT_EXACT), "ready");
	snprintf(expected, sizeof(expected), "%d", 7 * RECORD_ROOM);
	assert_string_equal(cell(&full, 7, "position", PRINT_EXACT), expected);
	assert_string_equal(cell(&full, 7, "bytes", PRINT_EXACT), "07 00 00 00 00 00 00 00");

	assert_true(ring_fill(full.current) == 100.0 * RECORD_ROOM / RING_BYTES);
	assert_true(isnan(ring_produced_rate(full.current, full.previous)));
	ring_text(full.current, full.previous, &text);
	assert_string_equal(buf_text(&text), "1.56Ki of 64.0Ki wait");

	assert_int_equal(ring_buffer__consume(reader), 100);
	assert_true(consumer.is_in_order);
	show(ring, 0, &empty);
	assert_int_equal(table_n_live(&empty), 0);
	assert_int_equal(empty.current->ring.consumed_bytes, 100 * RECORD_ROOM);
	assert_true(ring_consumed_rate(empty.current, full.current) > 0);
	assert_true(ring_produced_rate(empty.current, full.current) == 0);
	buf_clear(&text);
	ring_text(empty.current, empty.previous, &text);
	assert_string_equal(buf_text(&text), "empty, 64.0Ki free");
	ring_buffer__free(reader);
	close(prog);
	close(ring);
}

/* However large the ring is, what is mapped is what waits, also where it begins at the end of the ring. */
static void test_only_what_waits_is_mapped(void **state)
{
	enum { LAP = RING_BYTES / RECORD_ROOM, BEFORE = 100, WAITING = 600 };
	int ring = make_map(BPF_MAP_TYPE_RINGBUF, "waits", 0, 0, RING_BYTES, 0);
	int prog = make_producer(ring);
	struct consumer consumer = {.is_in_order = true};
	struct ring_buffer *reader = ring_buffer__new(ring, consume, &consumer, NULL);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), from, to;
	SCOPED(table) idle = {0};
	SCOPED(table) wrapped = {0};

	(void)state;
	for (uint64_t i = 0; i < LAP - BEFORE; i++)
		assert_true(produce(prog, i));
	assert_int_equal(ring_buffer__consume(reader), LAP - BEFORE);
	show(ring, 0, &idle);
	assert_int_equal(idle.current->ring.mapped_bytes, 2 * page);

	for (uint64_t i = 0; i < WAITING; i++)
		assert_true(produce(prog, i));
	show(ring, 0, &wrapped);
	assert_int_equal(table_n_live(&wrapped), WAITING);
	for (size_t i = 0; i < WAITING; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "%02x %02x 00 00 00 00 00 00",
			 (unsigned)i & 255, (unsigned)i >> 8);
		assert_string_equal(cell(&wrapped, i, "bytes", PRINT_EXACT), expected);
	}
	from = (LAP - BEFORE) * RECORD_ROOM / page * page;
	to = ((LAP - BEFORE + WAITING) * RECORD_ROOM + page - 1) / page * page;
	assert_int_equal(wrapped.current->ring.mapped_bytes, 2 * page + to - from);
	ring_buffer__free(reader);
	close(prog);
	close(ring);
}

/* Whoever may consume may write any position. */
static void test_positions_that_lie(void **state)
{
	int ring = make_map(BPF_MAP_TYPE_RINGBUF, "lies", 0, 0, RING_BYTES, 0);
	int prog = make_producer(ring);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	_Atomic unsigned long *consumer =
		mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
	const unsigned long lies[] = {
		1,    1599, 1600,      1601, 1 << 20, (unsigned long)-RING_BYTES,
		-8UL, -1UL, 1UL << 63, 1596, 7};
	SCOPED(table) table = {0};
	struct err err = {0};

	(void)state;
	assert_ptr_not_equal(consumer, MAP_FAILED);
	for (uint64_t i = 0; i < 100; i++)
		assert_true(produce(prog, i));
	show(ring, 0, &table);
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		atomic_store(consumer, lies[i]);
		int r = source_read(the_source, &table.map, NULL, table.next, &err);

		if (r != 0)
			assert_int_equal(r, -EILSEQ);
		assert_in_range(table.next->n_rows, 0, 100);
	}
	munmap((void *)consumer, page);
	close(prog);
	close(ring);
}

/* -- the gauge -- */

static void take_again(struct table *table, struct screen *screen)
{
	struct err err = {0};

	if (source_read(the_source, &table->map, NULL, table->next, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table_take(table), 0);
	screen_took(screen, table);
}

static void assert_gauge(struct screen *screen, const char *const *lines, size_t n)
{
	struct screen_facts facts = {.interval_ns = 1000000000, .now_ns = clock_now_ns()};
	struct grid grid = {0};
	SCOPED(buf) text = {0};

	assert_int_equal(grid_resize(&grid, 40, 100), 0);
	screen_draw(screen, &facts, &grid);
	grid_text(&grid, &text);
	for (size_t i = 0; i < n; i++)
		if (!strstr(buf_text(&text), lines[i]))
			fail_msg("'%s' is not in\n%s", lines[i], buf_text(&text));
	grid_release(&grid);
}

/* The figures of the gauge are those of who writes and who reads. */
static void test_gauge(void **state)
{
	static const char *const first[] = {
		"v producer at 1,600\n",
		"^ consumer at 0\n",
		"waiting    1.56KiB of 64.0KiB in 100 records: 100 ready",
		"1,600 bytes produced, 0 consumed",
		"2.4%",
		"12.0KiB to read it: the positions and what waits"};
	static const char *const then[] = {"v producer at 2,080\n", "^ consumer at 1,600\n",
					   "waiting    480B of 64.0KiB in 30 records: 30 ready",
					   "2,080 bytes produced, 1,600 consumed",
					   "consumer has caught up in "};
	static const char *const empty[] = {"^ consumer at 2,080\n",
					    "waiting    empty: all of 64.0KiB is free",
					    "No record waits"};
	int ring = make_map(BPF_MAP_TYPE_RINGBUF, "gauge", 0, 0, RING_BYTES, 0);
	int prog = make_producer(ring);
	struct consumer consumer = {.is_in_order = true};
	struct ring_buffer *reader = ring_buffer__new(ring, consume, &consumer, NULL);
	struct screen *screen = screen_new();
	SCOPED(table) table = {0};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_non_null(screen);
	for (uint64_t i = 0; i < 100; i++)
		assert_true(produce(prog, i));
	show(ring, 0, &table);
	assert_int_equal(table.current->ring.mapped_bytes, 3 * page);
	assert_int_equal(screen_add(screen, &table, NULL), 0);
	screen_took(screen, &table);
	screen_key(screen, 'B');
	assert_gauge(screen, first, ARRAY_LEN(first));
	assert_int_equal(ring_buffer__consume(reader), 100);
	for (uint64_t i = 100; i < 130; i++)
		assert_true(produce(prog, i));
	take_again(&table, screen);
	assert_gauge(screen, then, ARRAY_LEN(then));
	assert_true(churn_point(&table.churn, 0)->consumed_rate > 0);

	assert_int_equal(ring_buffer__consume(reader), 30);
	take_again(&table, screen);
	assert_gauge(screen, empty, ARRAY_LEN(empty));
	screen_free(screen);
	ring_buffer__free(reader);
	close(prog);
	close(ring);
}

/* What user space writes can be left unfinished, and thrown away. */
static void test_user_ring(void **state)
{
	int ring = make_map(BPF_MAP_TYPE_USER_RINGBUF, "uring", 0, 0, RING_BYTES, 0);
	struct user_ring_buffer *writer = user_ring_buffer__new(ring, NULL);
	SCOPED(table) table = {0};
	void *record;

	(void)state;
	record = user_ring_buffer__reserve(writer, 4);
	memcpy(record, "one", 4);
	user_ring_buffer__submit(writer, record);
	record = user_ring_buffer__reserve(writer, 200);
	user_ring_buffer__discard(writer, record);
	record = user_ring_buffer__reserve(writer, 8);
	show(ring, 0, &table);
	assert_int_equal(table_n_live(&table), 3);
	assert_int_equal(table.current->ring.n_ready, 1);
	assert_int_equal(table.current->ring.n_discarded, 1);
	assert_int_equal(table.current->ring.n_busy, 1);
	assert_string_equal(cell(&table, 0, "length", PRINT_EXACT), "4");
	assert_string_equal(cell(&table, 1, "length", PRINT_EXACT), "200");
	assert_string_equal(cell(&table, 1, "state", PRINT_EXACT), "discarded");
	assert_string_equal(cell(&table, 2, "state", PRINT_EXACT), "busy");
	user_ring_buffer__submit(writer, record);
	user_ring_buffer__free(writer);
	close(ring);
}

/* A long record is there to its last byte; of one that is longer than any row how much is missing. */
static void test_long_records(void **state)
{
	enum { LONG_BYTES = 3000, LONGER_BYTES = 5000, ROW_BYTES = 4096 };
	int ring = make_map(BPF_MAP_TYPE_USER_RINGBUF, "long", 0, 0, RING_BYTES, 0);
	struct user_ring_buffer *writer = user_ring_buffer__new(ring, NULL);
	static const uint32_t lengths[] = {LONG_BYTES, LONGER_BYTES, 2};
	SCOPED(table) table = {0};
	SCOPED(buf) whole = {0};
	const char *text;
	size_t size;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		uint8_t *record = user_ring_buffer__reserve(writer, lengths[i]);

		for (uint32_t at = 0; at < lengths[i]; at++)
			record[at] = (uint8_t)(at * 7 + i);
		user_ring_buffer__submit(writer, record);
	}
	show(ring, 0, &table);
	assert_int_equal(table_n_live(&table), ARRAY_LEN(lengths));
	for (uint32_t at = 0; at < LONG_BYTES; at++)
		buf_addf(&whole, "%s%02x", at ? " " : "", (at * 7) & 0xff);
	assert_string_equal(cell(&table, 0, "bytes", PRINT_EXACT), buf_text(&whole));
	table_value(&table, 0, &size);
	assert_int_equal(size, 8 + LONG_BYTES);
	table_value(&table, 1, &size);
	assert_int_equal(size, 8 + ROW_BYTES);
	text = cell(&table, 1, "bytes", PRINT_EXACT);
	assert_string_equal(text + strlen(text) - strlen("…+904"), "…+904");
	assert_string_equal(cell(&table, 2, "bytes", PRINT_EXACT), "02 09");
	user_ring_buffer__free(writer);
	close(ring);
}

/* A layout that a person gives is that of the records, behind what the kernel says of them. */
static void test_records_by_schema(void **state)
{
	static const char text[] = "{\"maps\":{\"*\":{\"value\":["
				   "{\"name\":\"pid\",\"type\":\"u32\"},"
				   "{\"name\":\"size\",\"type\":\"u16\"}]}}}";
	int ring = make_map(BPF_MAP_TYPE_USER_RINGBUF, "typed", 0, 0, 4096, 0);
	struct user_ring_buffer *writer = user_ring_buffer__new(ring, NULL);
	struct map_list list = {0};
	const struct schema_map *entry = NULL;
	struct schema *schema = NULL;
	struct err err = {0};
	SCOPED(plan) plan = {0};
	SCOPED(table) table = {0};
	SCOPED(buf) named = {0};
	uint16_t *record;

	(void)state;
	record = user_ring_buffer__reserve(writer, 6);
	memcpy(record, (const uint16_t[]){4321, 0, 99}, 6);
	user_ring_buffer__submit(writer, record);
	record = user_ring_buffer__reserve(writer, 4);
	memcpy(record, (const uint16_t[]){1234, 0}, 4);
	user_ring_buffer__submit(writer, record);
	buf_addf(&named, "%.*s%s%s", (int)(strchr(text, '*') - text), text, own_name("typed"),
		 strchr(text, '*') + 1);
	if (schema_parse("test", buf_text(&named), named.len, &schema, &err) < 0)
		fail_msg("%s", err.text);
	find_fd(the_source, ring, &list);
	if (schema_find(schema, &list.maps[0], &entry, &err) < 0 ||
	    schema_plan(entry, &list.maps[0], &plan, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table_init(&table, &list.maps[0], &plan), 0);
	read_clean(the_source, &table.map, NULL, table.next);
	assert_int_equal(table_take(&table), 0);
	assert_string_equal(cell(&table, 0, "state", PRINT_EXACT), "ready");
	assert_string_equal(cell(&table, 0, "pid", PRINT_EXACT), "4321");
	assert_string_equal(cell(&table, 0, "size", PRINT_EXACT), "99");
	assert_string_equal(cell(&table, 1, "length", PRINT_EXACT), "4");
	assert_string_equal(cell(&table, 1, "pid", PRINT_EXACT), "1234");
	assert_string_equal(cell(&table, 1, "size", PRINT_EXACT), "-");
	schema_free(schema);
	map_list_release(&list);
	user_ring_buffer__free(writer);
	close(ring);
}

/* -- a watcher beside a producer and a consumer that are as fast as they can be -- */

enum { RACE_RECORDS = 30000 };

struct race {
	int prog, ring;
	struct consumer consumer;
	atomic_bool is_over;
};

static void *run_producer(void *ctx)
{
	struct race *race = ctx;

	for (uint64_t i = 0; i < RACE_RECORDS;)
		i += produce(race->prog, i);
	return NULL;
}

static void *run_consumer(void *ctx)
{
	struct race *race = ctx;
	struct ring_buffer *reader = ring_buffer__new(race->ring, consume, &race->consumer, NULL);
	uint64_t deadline_ns = clock_now_ns() + UINT64_C(120000000000);

	while (race->consumer.n < RACE_RECORDS && clock_now_ns() < deadline_ns)
		ring_buffer__poll(reader, 1);
	ring_buffer__free(reader);
	race->is_over = true;
	return NULL;
}

/* Records of a reading follow one another without a gap, except where the consumer went past. What a busy
 * one holds is still of the lap before: it is reserved first and written then. */
static void check_reading(const struct snap *snap)
{
	uint64_t last = 0;

	for (size_t row = 0; row < snap->n_rows; row++) {
		struct record_value value;
		uint64_t position, number;

		memcpy(&position, snap_key(snap, row), sizeof(position));
		memcpy(&value, snap_value(snap, row), sizeof(value));
		memcpy(&number, snap_value(snap, row) + sizeof(value), sizeof(number));
		if ((value.state != RECORD_BUSY && number * RECORD_ROOM != position) ||
		    (row && position <= last))
			fail_msg("row %zu at %lu has number %lu", row, (unsigned long)position,
				 (unsigned long)number);
		last = position;
	}
}

static void test_consumer_gets_all(void **state)
{
	struct race race = {.ring = make_map(BPF_MAP_TYPE_RINGBUF, "race", 0, 0, 4096, 0),
			    .consumer.is_in_order = true};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, race.ring, &list);
	pthread_t producer, consumer;
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	race.prog = make_producer(race.ring);
	assert_int_equal(pthread_create(&consumer, NULL, run_consumer, &race), 0);
	assert_int_equal(pthread_create(&producer, NULL, run_producer, &race), 0);
	while (!race.is_over) {
		if (source_read(the_source, map, NULL, &snap, &err) != 0)
			fail_msg("%s", err.text);
		check_reading(&snap);
	}
	pthread_join(producer, NULL);
	pthread_join(consumer, NULL);
	assert_int_equal(race.consumer.n, RACE_RECORDS);
	assert_true(race.consumer.is_in_order);
	map_list_release(&list);
	close(race.prog);
	close(race.ring);
}

static void test_strict_forbids(void **state)
{
	int ring = make_map(BPF_MAP_TYPE_RINGBUF, "strict", 0, 0, 4096, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, ring, &list);
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		source_read(the_source, map, &(struct read_plan){.is_strict = true}, &snap, &err),
		-EOPNOTSUPP);
	assert_non_null(strstr(err.text, "--strict"));
	map_list_release(&list);
	close(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting_records),
		cmocka_unit_test(test_only_what_waits_is_mapped),
		cmocka_unit_test(test_positions_that_lie),
		cmocka_unit_test(test_user_ring),
		cmocka_unit_test(test_gauge),
		cmocka_unit_test(test_long_records),
		cmocka_unit_test(test_records_by_schema),
		cmocka_unit_test(test_consumer_gets_all),
		cmocka_unit_test(test_strict_forbids),
	};

	return run_live(tests);
}
