/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the reader asks of the kernel, seen and bent on its way there: libbpf's bpf(2) goes through
 * syscall(), and the one that it finds first is ours. So calls are counted, and programs of our own are
 * refused as a kernel that is older, or hardened, would refuse them. */
#include "maps.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "app/commands.h"
#include "app/options.h"
#include "base/log.h"
#include "out/out.h"

enum { MANY = 1000, OPENS_MAX = 1 << 16 };
#define PINS "/sys/fs/bpf/opened_once_"

static struct {
	const char *forbidden, *spoilt; /* names of programs */
	bool has_no_maps;		/* none by id, none by pin */
	unsigned n_opens;
	uint32_t opened[OPENS_MAX]; /* ids, in order */
	bool was_refused_link; /* of what a process holds, in /proc: even root may be kept from some */
} bent;

static bool is_named(const union bpf_attr *attr, const char *name)
{
	return name && strcmp(attr->prog_name, name) == 0;
}

/* The program, beginning with the use of a register that nothing was put into. */
static long load_spoilt(long (*real)(long, ...), const union bpf_attr *attr, long size)
{
	union bpf_attr other = {0};
	const struct bpf_insn *whole = (const void *)(uintptr_t)attr->insns;
	struct bpf_insn *insns = calloc(attr->insn_cnt, sizeof(*insns));
	long r;

	assert_non_null(insns);
	memcpy(insns, whole, attr->insn_cnt * sizeof(*insns));
	insns[0] =
		(struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 0, .src_reg = 9};
	memcpy(&other, attr, (size_t)size < sizeof(other) ? (size_t)size : sizeof(other));
	other.insns = (uintptr_t)insns;
	r = real(SYS_bpf, (long)BPF_PROG_LOAD, &other, size);
	free(insns);
	return r;
}

/* What was opened by a pin of ours is opened as much as what was opened by its id. */
static long note_pinned(long fd, const char *path)
{
	struct bpf_map_info info = {0};
	uint32_t len = sizeof(info);

	if (fd >= 0 && strstr(path, PINS) && bent.n_opens < OPENS_MAX &&
	    bpf_obj_get_info_by_fd((int)fd, &info, &len) == 0)
		bent.opened[bent.n_opens++] = info.id;
	return fd;
}

static long bend(long (*real)(long, ...), long command, union bpf_attr *attr, long size)
{
	if (command == BPF_MAP_GET_FD_BY_ID && bent.n_opens < OPENS_MAX)
		bent.opened[bent.n_opens++] = attr->map_id;
	if (command == BPF_PROG_LOAD && is_named(attr, bent.forbidden)) {
		errno = EPERM;
		return -1;
	}
	if ((command == BPF_MAP_GET_NEXT_ID || command == BPF_OBJ_GET) && bent.has_no_maps) {
		errno = ENOENT;
		return -1;
	}
	if (command == BPF_PROG_LOAD && is_named(attr, bent.spoilt))
		return load_spoilt(real, attr, size);
	if (command == BPF_OBJ_GET)
		return note_pinned(real(SYS_bpf, command, attr, size),
				   (const char *)(uintptr_t)attr->pathname);
	return real(SYS_bpf, command, attr, size);
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long at[6];
	va_list args;

	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(args, number);
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		at[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_bpf)
		return bend(real, at[0], (union bpf_attr *)at[1], at[2]);
	return real(number, at[0], at[1], at[2], at[3], at[4], at[5]);
}

/* Processes come and go, and so do those that may not be looked at: what counts is who looks. */
ssize_t readlinkat(int dir_fd, const char *name, char *out, size_t size)
{
	static ssize_t (*real)(int, const char *, char *, size_t);
	ssize_t n;

	if (!real)
		real = (ssize_t(*)(int, const char *, char *, size_t))dlsym(RTLD_NEXT,
									    "readlinkat");
	n = real(dir_fd, name, out, size);
	bent.was_refused_link |= n < 0 && errno == EACCES;
	return n;
}

static int bend_nothing(void **state)
{
	(void)state;
	bent.forbidden = bent.spoilt = NULL;
	bent.has_no_maps = false;
	bent.n_opens = 0;
	return 0;
}

static const struct map *listed(struct source *source, int fd, struct map_list *list)
{
	uint32_t id = id_of(fd);

	assert_int_equal(source->ops->list(source, list, NULL), 0);
	for (size_t i = 0; i < list->n; i++)
		if (list->maps[i].id == id)
			return &list->maps[i];
	fail_msg("map %u isn't listed", id);
	return NULL;
}

static bool is_logged(const char *words)
{
	for (size_t i = 0; log_line(i); i++)
		if (strstr(log_line(i)->text, words))
			return true;
	return false;
}

/* -- one open a map -- */

static const char *pin_of(size_t i)
{
	static char pin[64];

	snprintf(pin, sizeof(pin), PINS "%d_%zu", getpid(), i);
	return pin;
}

static void unpin(void)
{
	for (size_t i = 0; i < MANY; i += 2)
		unlink(pin_of(i));
}

static void test_one_open(void **state)
{
	static int fds[MANY];
	static uint32_t ids[MANY];
	struct map_list list = {0};

	(void)state;
	atexit(unpin);
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = make_map(BPF_MAP_TYPE_HASH, "many", 4, 8, 1, 0);
		ids[i] = id_of(fds[i]);
		if (i % 2) /* every other one has a pin */
			continue;
		assert_int_equal(bpf_obj_pin(fds[i], pin_of(i)), 0);
	}
	bent.n_opens = 0;
	assert_int_equal(the_source->ops->list(the_source, &list, NULL), 0);
	assert_true(list.n >= MANY);
	for (size_t i = 0; i < MANY; i++) {
		unsigned n = 0;

		for (unsigned j = 0; j < bent.n_opens; j++)
			n += bent.opened[j] == ids[i];
		if (n != 1)
			fail_msg("map %zu was opened %u times", i, n);
		close(fds[i]);
	}
	unpin();
	map_list_release(&list);
}

/* -- owners: the kernel's walk over its files, and /proc where that is refused -- */

/* A process that has what we have open until its end of the pipe is closed. */
static pid_t hold(const int pipe_fds[2])
{
	pid_t pid = fork();
	char byte;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	close(pipe_fds[1]);
	while (read(pipe_fds[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static void check_owners(const struct map *map, const pid_t *pids, size_t n)
{
	assert_int_equal(map->owners.n, n);
	for (size_t i = 0; i < n; i++) {
		bool is_there = false;

		for (size_t j = 0; j < n; j++)
			is_there |= map->owners.at[j].id == (uint32_t)pids[i] &&
				    strncmp(map->owners.at[j].name, "test_syscalls", 15) == 0;
		assert_true(is_there);
	}
}

static void test_owners(void **state)
{
	static const char *const forbidden[] = {NULL, "owners"};
	int fd = make_map(BPF_MAP_TYPE_HASH, "owned", 4, 8, 1, 0), pipe_fds[2];
	pid_t pids[3] = {getpid()};

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	for (size_t i = 1; i < ARRAY_LEN(pids); i++)
		pids[i] = hold(pipe_fds);
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		struct map_list list = {0};
		const struct map *map;
		struct source *source;

		bent.forbidden = forbidden[i];
		bent.was_refused_link = false;
		log_clear();
		assert_int_equal(source_kernel_new(&source), 0);
		map = listed(source, fd, &list);
		check_owners(map, pids, ARRAY_LEN(pids));
		assert_int_equal(map->owners.is_whole, !bent.was_refused_link);
		assert_int_equal(is_logged("the kernel refuses our program 'owners'"),
				 forbidden[i] != NULL);
		map_list_release(&list);
		source->ops->free(source);
	}
	close(pipe_fds[1]);
	for (size_t i = 1; i < ARRAY_LEN(pids); i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	close(pipe_fds[0]);
	close(fd);
}

/* In a namespace of its own a process has a number of its own, and that is the one it is told. */
static void test_owners_in_namespace(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "spaced", 4, 8, 1, 0), status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct map_list list = {0};
		const struct map *map;
		struct source *source;

		if (unshare(CLONE_NEWPID) < 0)
			_exit(9);
		pid = fork();
		if (pid) {
			waitpid(pid, &status, 0);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 8);
		}
		if (getpid() != 1 || source_kernel_new(&source) < 0)
			_exit(7);
		map = listed(source, fd, &list);
		_exit(map->owners.n == 1 && map->owners.at[0].id == 1 ? 0 : 6);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	close(fd);
	if (WEXITSTATUS(status) == 9)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* -- refused by the verifier: its log, with the lines of the source -- */

/* What a process that copies its log, as --verbose makes it, says while it lists the maps. */
static const char *said_by_list(int fd)
{
	static char said[1 << 16];
	FILE *file = tmpfile();
	pid_t pid;
	int status;

	assert_non_null(file);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct map_list list = {0};
		struct source *source;

		if (dup2(fileno(file), STDERR_FILENO) < 0)
			_exit(2);
		log_to_stderr(LOG_DEBUG);
		_exit(source_kernel_new(&source) < 0 || listed(source, fd, &list)->entries_known);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	rewind(file);
	said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
	fclose(file);
	return said;
}

static void test_verifier_log(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "spoilt", 4, 8, 1, 0);
	struct map_list list = {0};
	struct source *source;

	(void)state;
	log_clear();
	bent.spoilt = "counts";
	assert_int_equal(source_kernel_new(&source), 0);
	assert_false(listed(source, fd, &list)->entries_known);
	assert_true(is_logged("R9 !read_ok"));
	assert_true(is_logged("int counts(struct bpf_iter__bpf_map *ctx)"));
	assert_true(is_logged("the kernel refuses our program 'counts'"));

	const char *said = said_by_list(fd);

	assert_non_null(strstr(said, "R9 !read_ok"));
	assert_non_null(strstr(said, "int counts(struct bpf_iter__bpf_map *ctx)"));
	assert_non_null(strstr(said, "the kernel refuses our program 'counts'"));
	map_list_release(&list);
	source->ops->free(source);
	close(fd);
}

/* -- no maps at all -- */

/* What `list` of a host without maps writes, to stdout and then to stderr, and its status. */
static int list_nothing(const struct out_ops *output, const char *group, char text[2][128])
{
	FILE *files[] = {tmpfile(), tmpfile()};
	int status;
	pid_t pid;

	assert_true(files[0] && files[1]);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct options options = {.output = output, .group = group};
		struct err err = {0};

		bent.has_no_maps = true;
		if (dup2(fileno(files[0]), STDOUT_FILENO) < 0 ||
		    dup2(fileno(files[1]), STDERR_FILENO) < 0)
			_exit(99);
		_exit(run_list(&options, &err));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		rewind(files[i]);
		text[i][fread(text[i], 1, sizeof(text[i]) - 1, files[i])] = '\0';
		fclose(files[i]);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_no_maps(void **state)
{
	static const char none[] =
		"bpfmaptop: there are no BPF maps on this host; 'bpfmaptop demo' makes some\n";
	const struct {
		const struct out_ops *output;
		const char *group, *rows, *words;
	} cases[] = {{NULL, NULL, "", none},
		     {&out_text, "type", "", none},
		     {&out_json, NULL, "[]\n", ""},
		     {&out_json, "type", "[]\n", ""},
		     {&out_jsonl, NULL, "", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[2][128];

		assert_int_equal(list_nothing(cases[i].output, cases[i].group, text), EXIT_DONE);
		assert_string_equal(text[0], cases[i].rows);
		assert_string_equal(text[1], cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_open, bend_nothing),
		cmocka_unit_test_setup(test_owners, bend_nothing),
		cmocka_unit_test_setup(test_owners_in_namespace, bend_nothing),
		cmocka_unit_test_setup(test_verifier_log, bend_nothing),
		cmocka_unit_test_setup(test_no_maps, bend_nothing),
	};

	return run_live(tests);
}
