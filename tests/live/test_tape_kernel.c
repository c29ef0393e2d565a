/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Real maps, recorded while somebody writes to them: every output and every screen of the replay is what
 * was seen at that reading, byte for byte. */
#include "maps.h"

#include <endian.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/num.h"
#include "read/replay.h"
#include "tests/unit/folder.h"
#include "tests/unit/tape_make.h"

enum { READINGS = 6, ENTRIES = 300 };

static const enum bpf_map_type types[] = {BPF_MAP_TYPE_HASH,	    BPF_MAP_TYPE_LRU_HASH,
					  BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
					  BPF_MAP_TYPE_ARRAY,	    BPF_MAP_TYPE_PERCPU_ARRAY};

/* struct { u32 addr; } to struct { u64 packets; u32 port; }: the map knows its layout. */
static int make_typed(enum bpf_map_type type)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int u64 = btf__add_int(btf, "long long unsigned int", 8, 0);
	int value = btf__add_struct(btf, "value", 16), fd;

	btf__add_field(btf, "packets", u64, 0, 0);
	btf__add_field(btf, "port", u32, 64, 0);
	assert_int_equal(btf__load_into_kernel(btf), 0);
	opts.btf_fd = (uint32_t)btf__fd(btf);
	opts.btf_key_type_id = (uint32_t)u32;
	opts.btf_value_type_id = (uint32_t)value;
	fd = bpf_map_create(type, own_name("tape"), 4, 16, ENTRIES, &opts);
	assert_true(fd >= 0);
	btf__free(btf);
	return fd;
}

/* Changes, adds and deletes without end. */
static pid_t start_writer(int fd, bool is_array)
{
	uint64_t seed = 1, values[64][2] = {0};
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		uint32_t key = (uint32_t)(num_random(&seed) % (ENTRIES * 2));

		for (size_t i = 0; i < ARRAY_LEN(values); i++)
			values[i][0]++, values[i][1] = key;
		if (is_array)
			key %= ENTRIES;
		if (!is_array && num_random(&seed) % 4 == 0)
			bpf_map_delete_elem(fd, &key);
		else
			bpf_map_update_elem(fd, &key, values, BPF_ANY);
	}
}

static void stop_writer(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void open_table(struct source *source, const struct map_list *list, struct table *table,
		       struct screen **screen_ret)
{
	struct plan plan = {0};
	struct err err = {0};

	assert_int_equal(list->n, 1);
	assert_int_equal(source->ops->plan(source, &list->maps[0], &plan, &err), 0);
	assert_true(plan.is_typed);
	assert_int_equal(table_init(table, &list->maps[0], &plan), 0);
	*screen_ret = screen_new();
	assert_int_equal(screen_add(*screen_ret, table, &err), 0);
}

/* When a map was loaded is said in the time of the wall, which is held for that. */
static void show(struct table *table, struct screen *screen, struct buf *out)
{
	assert_int_equal(table_take(table), 0);
	screen_took(screen, table);
	clock_hold(table->current->ended_ns, table->current->wall_ns);
	show_outputs(table, out);
	show_screen(screen, table, out);
	clock_free_run();
}

static void record(int fd, bool is_array, const char *path, struct buf *seen)
{
	struct tape_head head = {.is_big_endian = __BYTE_ORDER == __BIG_ENDIAN};
	SCOPED(buf) boot = {0};
	struct map_list list = {0};
	struct screen *screen;
	struct table table;
	struct tape_make make;
	pid_t writer = start_writer(fd, is_array);
	SCOPED(snap) snap = {0};

	assert_int_equal(file_read("/proc/sys/kernel/random/boot_id", 64, &boot), 0);
	buf_cut(&boot, boot.len - 1);
	head.boot = buf_text(&boot);
	find_fd(the_source, fd, &list);
	/* Not before there is something to see. */
	WAIT_FOR(source_read(the_source, &list.maps[0], NULL, &snap, NULL) >= 0 &&
		 snap.n_rows > ENTRIES / 3);
	open_table(the_source, &list, &table, &screen);
	assert_int_equal(tape_make_begin(&make, path, &head), 0);
	assert_int_equal(tape_make_map(&make, 0, &table), 0);
	for (uint64_t i = 0; i < READINGS; i++) {
		assert_true(source_read(the_source, &table.map, NULL, table.next, NULL) >= 0);
		assert_int_equal(tape_make_snap(&make, 0, i + 1, table.next, false), 0);
		show(&table, screen, &seen[i]);
	}
	tape_make_end(&make, true);
	stop_writer(writer);
	screen_free(screen);
	table_release(&table);
	map_list_release(&list);
}

static void replay(const char *path, struct buf *seen)
{
	struct map_list list = {0};
	struct source *tape;
	struct screen *screen;
	struct table table;

	assert_int_equal(source_tape_new(path, &tape, NULL), 0);
	assert_int_equal(tape->ops->list(tape, &list, NULL), 0);
	open_table(tape, &list, &table, &screen);
	for (size_t i = 0; i < READINGS; i++) {
		SCOPED(buf) is = {0};

		if (i)
			assert_int_equal(replay_next(tape, NULL), 1);
		assert_int_equal(source_read(tape, &table.map, NULL, table.next, NULL), 0);
		show(&table, screen, &is);
		assert_string_equal(buf_text(&is), buf_text(&seen[i]));
	}
	screen_free(screen);
	table_release(&table);
	map_list_release(&list);
	tape->ops->free(tape);
}

static void test_replayed_as_it_was_seen(void **state)
{
	(void)state;
	for (size_t type = 0; type < ARRAY_LEN(types); type++) {
		struct buf seen[READINGS] = {0};
		const char *path = in_folder("a.tape");
		int fd = make_typed(types[type]);

		record(fd,
		       types[type] == BPF_MAP_TYPE_ARRAY ||
			       types[type] == BPF_MAP_TYPE_PERCPU_ARRAY,
		       path, seen);
		replay(path, seen);
		for (size_t i = 0; i < READINGS; i++)
			buf_release(&seen[i]);
		unlink(path);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replayed_as_it_was_seen),
	};

	return run_live(tests);
}
