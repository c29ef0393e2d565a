/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What hangs on sockets, tasks and cgroups, on pages, and values whose layout only the kernel has. */
#include "cgroup.h"
#include "shown.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { TYPE_CGRP_STORAGE = 32, TYPE_ARENA = 33 };

/* A storage wants a BTF: int key, struct { u32 hits; u32 misses; } value. -1: this kernel has none. */
static int make_storage(int type)
{
	struct btf *btf = btf__new_empty();
	int int_type = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int value_type = btf__add_struct(btf, "counted", 8);
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC,
		    .btf_key_type_id = (uint32_t)int_type,
		    .btf_value_type_id = (uint32_t)value_type);
	int fd;

	assert_int_equal(btf__add_field(btf, "hits", int_type, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "misses", int_type, 32, 0), 0);
	assert_int_equal(btf__load_into_kernel(btf), 0);
	opts.btf_fd = (uint32_t)btf__fd(btf);
	fd = bpf_map_create((enum bpf_map_type)type, own_name("storage"), 4, 8, 0, &opts);
	btf__free(btf);
	return fd;
}

static void store(int map, int holder, uint32_t hits)
{
	const uint32_t value[2] = {hits, 2 * hits};

	assert_int_equal(bpf_map_update_elem(map, &holder, value, BPF_ANY), 0);
}

static void test_sockets(void **state)
{
	int fd = make_storage(BPF_MAP_TYPE_SK_STORAGE);
	int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	char expected[32];
	struct stat stat;
	SCOPED(table) table = {0};
	size_t row;

	(void)state;
	assert_int_equal(bind(tcp, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(tcp, (struct sockaddr *)&address, &size), 0);
	store(fd, tcp, 7);
	store(fd, udp, 8);
	show(fd, 0, &table);
	assert_int_equal(table_n_live(&table), 2);
	assert_string_equal(table.current->method, "iter");
	row = row_with(&table, "hits", "7");
	assert_string_equal(cell(&table, row, "misses", PRINT_EXACT), "14");
	assert_string_equal(cell(&table, row, "source", PRINT_EXACT), "127.0.0.1");
	snprintf(expected, sizeof(expected), "%u", ntohs(address.sin_port));
	assert_string_equal(cell(&table, row, "sport", PRINT_EXACT), expected);
	assert_string_equal(cell(&table, row, "protocol", PRINT_EXACT), "tcp");
	assert_string_equal(cell(&table, row, "family", PRINT_EXACT), "inet");
	assert_int_equal(fstat(tcp, &stat), 0);
	snprintf(expected, sizeof(expected), "%lu", (unsigned long)stat.st_ino);
	assert_string_equal(cell(&table, row, "inode", PRINT_EXACT), expected);
	row = row_with(&table, "hits", "8");
	assert_string_equal(cell(&table, row, "protocol", PRINT_EXACT), "udp");
	assert_string_equal(cell(&table, row, "family", PRINT_EXACT), "inet6");
	close(tcp);
	close(udp);
	close(fd);
}

struct thread {
	pthread_barrier_t *barrier;
	uint32_t tid;
};

static void *wait_there(void *ctx)
{
	struct thread *thread = ctx;

	thread->tid = (uint32_t)gettid();
	pthread_barrier_wait(thread->barrier);
	pthread_barrier_wait(thread->barrier);
	return NULL;
}

/* What is rightly said against a reading where the test itself is within a namespace. */
static uint32_t notes_here(const char *namespace, ino_t first)
{
	struct stat of;

	return stat(namespace, &of) == 0 && of.st_ino == first ? 0 : SNAP_PARTLY_SEEN;
}

static void test_tasks(void **state)
{
	int fd = make_storage(BPF_MAP_TYPE_TASK_STORAGE);
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0), other;
	pthread_barrier_t barrier;
	struct thread thread = {.barrier = &barrier};
	SCOPED(table) table = {0};
	char expected[32];
	pthread_t id;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&id, NULL, wait_there, &thread), 0);
	pthread_barrier_wait(&barrier);
	store(fd, self, 5);
	other = (int)syscall(SYS_pidfd_open, thread.tid, O_EXCL);
	if (other >= 0)
		store(fd, other, 6);
	show(fd, notes_here("/proc/self/ns/pid", 0xeffffffc), &table);
	pthread_barrier_wait(&barrier);
	pthread_join(id, NULL);
	assert_int_equal(table_n_live(&table), other >= 0 ? 2 : 1);
	snprintf(expected, sizeof(expected), "%d", getpid());
	assert_string_equal(cell(&table, row_with(&table, "pid", expected), "hits", PRINT_EXACT),
			    "5");
	if (other >= 0) {
		snprintf(expected, sizeof(expected), "%u", thread.tid);
		assert_string_equal(
			cell(&table, row_with(&table, "pid", expected), "hits", PRINT_EXACT), "6");
		close(other);
	}
	close(self);
	close(fd);
}

/* In a process namespace of its own a reader sees some of the processes only. 0: the reading says so. */
static int read_in_namespace(const struct map *map)
{
	SCOPED(snap) snap = {0};
	struct source *source;
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWPID) < 0)
		return 9;
	pid = fork();
	if (pid) {
		waitpid(pid, &status, 0);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 8;
	}
	if (source_kernel_new(&source) < 0 || source_read(source, map, NULL, &snap, NULL) < 0)
		_exit(7);
	_exit(snap.notes == SNAP_PARTLY_SEEN && !snap_is_complete(&snap) ? 0 : 6);
}

static void test_tasks_elsewhere(void **state)
{
	int fd = make_storage(BPF_MAP_TYPE_TASK_STORAGE), status;
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	pid_t pid;

	(void)state;
	store(fd, self, 5);
	pid = fork();
	if (pid == 0)
		_exit(read_in_namespace(map));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	map_list_release(&list);
	close(self);
	close(fd);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 9)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* -- cgroups -- */

/* Leaves an open directory of a cgroup of the test's own; path is for rmdir. */
static int make_cgroup(char path[64])
{
	const char *root = cgroup_root();

	if (!root)
		skip();
	snprintf(path, 64, "%s/%s", root, own_name("cgroup"));
	assert_int_equal(mkdir(path, 0755), 0);
	return open(path, O_RDONLY | O_DIRECTORY);
}

static void test_cgroups(void **state)
{
	char path[64], expected[32];
	int dir = make_cgroup(path), fd = make_storage(TYPE_CGRP_STORAGE);
	SCOPED(table) table = {0};
	struct stat stat;

	(void)state;
	if (fd < 0) {
		rmdir(path);
		skip();
	}
	assert_int_equal(fstat(dir, &stat), 0);
	store(fd, dir, 9);
	show(fd, notes_here("/proc/self/ns/cgroup", 0xeffffffb), &table);
	assert_int_equal(table_n_live(&table), 1);
	assert_string_equal(cell(&table, 0, "hits", PRINT_EXACT), "9");
	snprintf(expected, sizeof(expected), "%lu", (unsigned long)stat.st_ino);
	assert_string_equal(cell(&table, 0, "key", PRINT_EXACT), expected);
	snprintf(expected, sizeof(expected), "/%s", own_name("cgroup"));
	assert_string_equal(cell(&table, 0, "key", PRINT_SHORT), expected);
	close(dir);
	rmdir(path);
	close(fd);
}

/* Those of the first version's hierarchies have ids that others have, too: they are no rows, and said to be
 * missing. */
static void test_cgroups_of_version_1(void **state)
{
	const char *controllers[] = {"pids", "cpu", "memory"};
	char path[96];
	int dir = -1, fd = make_storage(TYPE_CGRP_STORAGE);
	SCOPED(table) table = {0};

	(void)state;
	if (fd < 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(controllers) && dir < 0; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", controllers[i],
			 own_name("cgroup"));
		if (mkdir(path, 0755) == 0)
			dir = open(path, O_RDONLY | O_DIRECTORY);
	}
	if (dir < 0) {
		close(fd);
		skip();
	}
	store(fd, dir, 9);
	show(fd, SNAP_PARTLY_SEEN, &table);
	assert_int_equal(table_n_live(&table), 0);
	close(dir);
	rmdir(path);
	close(fd);
}

/* The kernel makes the entries of the older kind when a program that uses them is attached. */
static int attach_user(int map, int dir)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = 1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_local_storage},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "stores", "GPL", code, ARRAY_LEN(code),
				 NULL);

	assert_true(prog >= 0);
	assert_int_equal(bpf_prog_attach(prog, dir, BPF_CGROUP_INET_EGRESS, BPF_F_ALLOW_MULTI), 0);
	return prog;
}

static void test_older_cgroups(void **state)
{
	static const enum bpf_map_type types[] = {BPF_MAP_TYPE_CGROUP_STORAGE,
						  BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char path[64], expected[32];
		int dir = make_cgroup(path), prog, fd;
		struct bpf_cgroup_storage_key key = {.attach_type = BPF_CGROUP_INET_EGRESS};
		uint64_t *values = test_calloc((size_t)libbpf_num_possible_cpus(), 8), value;
		SCOPED(table) table = {0};
		struct stat stat;
		size_t size;

		fd = bpf_map_create(types[i], own_name("older"), sizeof(key), 8, 0, NULL);
		assert_true(fd >= 0);
		prog = attach_user(fd, dir);
		assert_int_equal(fstat(dir, &stat), 0);
		key.cgroup_inode_id = stat.st_ino;
		values[0] = 77;
		assert_int_equal(bpf_map_update_elem(fd, &key, values, BPF_ANY), 0);
		show(fd, 0, &table);
		assert_int_equal(table_n_live(&table), 1);
		snprintf(expected, sizeof(expected), "%lu", (unsigned long)stat.st_ino);
		assert_string_equal(cell(&table, 0, "cgroup_inode_id", PRINT_EXACT), expected);
		assert_string_equal(cell(&table, 0, "attach_type", PRINT_EXACT),
				    "cgroup_inet_egress");
		memcpy(&value, table_value(&table, 0, &size), sizeof(value));
		assert_int_equal(value, 77);
		bpf_prog_detach2(prog, dir, BPF_CGROUP_INET_EGRESS);
		close(prog);
		close(dir);
		rmdir(path);
		test_free(values);
		close(fd);
	}
}

/* What hangs on files can't be listed, and says so; its layout is known. */
static void test_inodes(void **state)
{
	int fd = make_storage(BPF_MAP_TYPE_INODE_STORAGE);
	struct map_list list = {0};
	struct plan plan = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	if (fd < 0)
		skip();
	find_fd(the_source, fd, &list);
	assert_int_equal(source_read(the_source, &list.maps[0], NULL, &snap, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "hang on files and can't be listed"));
	assert_int_equal(the_source->ops->plan(the_source, &list.maps[0], &plan, &err), 0);
	assert_true(plan.is_typed);
	plan_release(&plan);
	map_list_release(&list);
	close(fd);
}

/* Pages that were touched are rows, the others are none and stay untouched. */
static void test_arena(void **state)
{
	enum { N_PAGES = 3000 };
	static const uint32_t touched[] = {2, 1500, N_PAGES - 1};
	const size_t page = 4096;
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create((enum bpf_map_type)TYPE_ARENA, own_name("arena"), 0, 0, N_PAGES,
				&opts);
	uint8_t *at;
	SCOPED(table) table = {0};

	(void)state;
	if (fd < 0)
		skip();
	at = mmap(NULL, N_PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(at != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_LEN(touched); i++)
		memset(at + touched[i] * page, (int)(touched[i] & 0xff), page);
	for (int reading = 0; reading < 2; reading++) { /* the first one adds no page */
		table_release(&table);
		show(fd, 0, &table);
		assert_int_equal(table_n_live(&table), ARRAY_LEN(touched));
	}
	for (size_t i = 0; i < ARRAY_LEN(touched); i++) {
		uint64_t address;
		size_t size;

		memcpy(&address, table_key(&table, i, &size), sizeof(address));
		assert_int_equal(address, (uintptr_t)at + touched[i] * page);
		assert_memory_equal(table_value(&table, i, &size), at + touched[i] * page, page);
	}
	munmap(at, N_PAGES * page);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_tasks_elsewhere),
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_cgroups_of_version_1),
		cmocka_unit_test(test_older_cgroups),
		cmocka_unit_test(test_inodes),
		cmocka_unit_test(test_arena),
	};

	return run_live(tests);
}
