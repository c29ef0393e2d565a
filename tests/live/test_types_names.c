/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Values that are numbers to the kernel and names to people: sockets by their ends, stacks by their
 * functions. */
#include "shown.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <linux/vm_sockets.h>

/* -- sockets -- */

struct pair {
	int listener, client, server;
	struct sockaddr_in listener_address, client_address;
};

static int open_tcp(struct sockaddr_in *address, bool is_shared)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (is_shared)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
	return fd;
}

static void open_pair(struct pair *pair)
{
	pair->listener = open_tcp(&pair->listener_address, true);
	assert_int_equal(listen(pair->listener, 1), 0);
	pair->client = open_tcp(&pair->client_address, false);
	assert_int_equal(connect(pair->client, (struct sockaddr *)&pair->listener_address,
				 sizeof(pair->listener_address)),
			 0);
	pair->server = accept(pair->listener, NULL, NULL);
	assert_true(pair->server >= 0);
}

static void close_pair(struct pair *pair)
{
	close(pair->client);
	close(pair->server);
	close(pair->listener);
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie;
	socklen_t size = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
	return cookie;
}

/* A map that holds the socket shows it by its ends. */
static void expect_socket(enum bpf_map_type type, int socket_fd, const char *expected)
{
	const struct lookups *lookups = source_lookups();
	const uint32_t key = 1;
	int fd = make_map(type, "socks", 4, 8, 4, 0);
	uint64_t value = (uint64_t)socket_fd;
	char cookie[32];
	SCOPED(table) table = {0};

	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	show(fd, SNAP_TOUCHED, &table);
	assert_int_equal(table_n_live(&table), 1);
	snprintf(cookie, sizeof(cookie), "%lu", (unsigned long)cookie_of(socket_fd));
	assert_string_equal(cell(&table, 0, "value", PRINT_EXACT), cookie);
	assert_string_equal(cell(&table, 0, "value", PRINT_SHORT), expected);
	/* and so it can be typed */
	assert_true(lookups->socket_cookie(lookups->ctx, expected, strlen(expected), &value));
	assert_true(value == cookie_of(socket_fd));
	assert_false(lookups->socket_cookie(lookups->ctx, expected, 3, &value));
	close(fd);
}

static void expect_client(enum bpf_map_type type, const struct pair *pair, const char *behind)
{
	char expected[96];

	snprintf(expected, sizeof(expected), "tcp 127.0.0.1:%u 127.0.0.1:%u%s",
		 ntohs(pair->client_address.sin_port), ntohs(pair->listener_address.sin_port),
		 behind);
	expect_socket(type, pair->client, expected);
}

/* -- of one host, by their paths -- */

struct local {
	char path[64];
	int listener, client, server, abstract, plain[2];
};

static int open_local_at(const char *name, size_t len, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);

	memcpy(address.sun_path, name, len);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	return fd;
}

static void open_local(struct local *local)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(local->path, sizeof(local->path), "/tmp/%s", own_name("sock"));
	unlink(local->path);
	local->listener = open_local_at(local->path, strlen(local->path), SOCK_STREAM);
	assert_int_equal(listen(local->listener, 1), 0);
	local->client = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(address.sun_path, local->path);
	assert_int_equal(connect(local->client, (struct sockaddr *)&address, sizeof(address)), 0);
	local->server = accept(local->listener, NULL, NULL);
	assert_true(local->server >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, local->plain), 0);
	local->abstract = open_local_at("\0ab\0c", 5, SOCK_DGRAM);
}

static void close_local(struct local *local)
{
	close(local->listener);
	close(local->client);
	close(local->server);
	close(local->abstract);
	close(local->plain[0]);
	close(local->plain[1]);
	unlink(local->path);
}

/* As readlink says it of /proc/self/fd. */
static const char *link_of(int fd, char out[64])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, out, 63);
	assert_true(n > 0);
	out[n] = '\0';
	return out;
}

static void expect_local(const struct local *local)
{
	char expected[256], one[64], two[64];

	snprintf(expected, sizeof(expected), "unix %s %s", local->path,
		 link_of(local->client, one));
	expect_socket(BPF_MAP_TYPE_SOCKMAP, local->server, expected);
	snprintf(expected, sizeof(expected), "unix %s %s", link_of(local->client, one),
		 local->path);
	expect_socket(BPF_MAP_TYPE_SOCKHASH, local->client, expected);
	snprintf(expected, sizeof(expected), "unix %s %s", link_of(local->plain[0], one),
		 link_of(local->plain[1], two));
	expect_socket(BPF_MAP_TYPE_SOCKMAP, local->plain[0], expected);
}

/* Those of no connection are in no map, and known all the same. */
static void expect_name(int fd, const char *expected)
{
	const struct lookups *lookups = source_lookups();
	SCOPED(buf) text = {0};

	assert_true(lookups->socket(lookups->ctx, cookie_of(fd), &text));
	assert_string_equal(buf_text(&text), expected);
}

/* -- of virtual machines, here with itself -- */

struct virtual_pair {
	int listener, client;
	unsigned port;
	bool is_there;
};

static void open_virtual(struct virtual_pair *pair)
{
	struct sockaddr_vm address = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = VMADDR_PORT_ANY};
	socklen_t size = sizeof(address);

	pair->listener = socket(AF_VSOCK, SOCK_STREAM, 0);
	pair->client = socket(AF_VSOCK, SOCK_STREAM, 0);
	if (bind(pair->listener, (struct sockaddr *)&address, size) < 0 ||
	    listen(pair->listener, 1) < 0 ||
	    getsockname(pair->listener, (struct sockaddr *)&address, &size) < 0)
		return;
	pair->port = address.svm_port;
	address.svm_cid = VMADDR_CID_LOCAL;
	pair->is_there = connect(pair->client, (struct sockaddr *)&address, size) == 0;
}

static void close_virtual(struct virtual_pair *pair)
{
	close(pair->listener);
	close(pair->client);
}

/* -- namespaces other than the test's own -- */

struct elsewhere {
	const char *pin; /* gives the namespace a name; NULL: a process stays in it */
	struct pair pair;
	char behind[32]; /* what is shown behind the addresses */
	pid_t process;
	int end; /* of a pipe, that the process waits at */
	bool is_there;
};

static bool set_up_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), r = ioctl(fd, SIOCSIFFLAGS, &request);

	close(fd);
	return r == 0;
}

/* A process that is where the thread that calls is, until nobody holds the other end. */
static pid_t stay_here(int *end_ret)
{
	int ends[2];
	pid_t pid;
	char byte;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	close(ends[0]);
	*end_ret = ends[1];
	return pid;
}

/* A thread leaves for a namespace of its own, makes sockets there, and ends. */
static void *go_elsewhere(void *ctx)
{
	static const char self[] = "/proc/thread-self/ns/net";
	struct elsewhere *there = ctx;
	struct stat stat_buf;

	if (unshare(CLONE_NEWNET) < 0 || !set_up_loopback() || stat(self, &stat_buf) < 0)
		return NULL;
	open_pair(&there->pair);
	snprintf(there->behind, sizeof(there->behind), " netns %lu",
		 (unsigned long)stat_buf.st_ino);
	if (there->pin)
		there->is_there = mount(self, there->pin, NULL, MS_BIND, NULL) == 0;
	else
		there->is_there = (there->process = stay_here(&there->end)) > 0;
	return NULL;
}

static void elsewhere_open(struct elsewhere *there)
{
	pthread_t thread;

	if (there->pin) {
		int fd;

		mkdir("/run/netns", 0755);
		fd = open(there->pin, O_CREAT | O_CLOEXEC, 0444);
		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(pthread_create(&thread, NULL, go_elsewhere, there), 0);
	pthread_join(thread, NULL);
}

static void elsewhere_close(struct elsewhere *there)
{
	if (there->is_there)
		close_pair(&there->pair);
	if (there->process > 0) {
		close(there->end);
		waitpid(there->process, NULL, 0);
	}
	if (there->pin) {
		umount2(there->pin, MNT_DETACH);
		unlink(there->pin);
	}
}

static struct local all_local;
static struct virtual_pair all_virtual;

/* Their list was made with that of the others, a moment ago. */
static void test_local_sockets(void **state)
{
	char expected[96];

	(void)state;
	expect_local(&all_local);
	snprintf(expected, sizeof(expected), "unix %s", all_local.path);
	expect_name(all_local.listener, expected);
	expect_name(all_local.abstract, "unix @ab@c");
	close_local(&all_local);
}

static void test_vsock_where_loopback_and_vsock_diag_are(void **state)
{
	const struct lookups *lookups = source_lookups();
	char expected[96];
	SCOPED(buf) text = {0};

	(void)state;
	if (!all_virtual.is_there) {
		close_virtual(&all_virtual);
		print_message("# no vsock of this kernel leads back to it\n");
		skip();
	}
	if (!lookups->socket(lookups->ctx, cookie_of(all_virtual.listener), &text)) {
		close_virtual(&all_virtual);
		print_message("# this kernel has no vsock_diag\n");
		skip();
	}
	snprintf(expected, sizeof(expected), "vsock %u:%u", VMADDR_CID_ANY, all_virtual.port);
	assert_string_equal(buf_text(&text), expected);
	buf_clear(&text);
	assert_true(lookups->socket(lookups->ctx, cookie_of(all_virtual.client), &text));
	snprintf(expected, sizeof(expected), " %u:%u", VMADDR_CID_LOCAL, all_virtual.port);
	assert_non_null(strstr(buf_text(&text), expected));
	assert_memory_equal(buf_text(&text), "vsock ", 6);
	expect_socket(BPF_MAP_TYPE_SOCKMAP, all_virtual.client, buf_text(&text));
	close_virtual(&all_virtual);
}

/* All pairs are there before the first is asked for: sockets are listed once in a while. */
static void test_sockets(void **state)
{
	char pin[64];
	struct elsewhere of_process = {0}, by_name = {.pin = pin};
	struct stat before, after;
	struct pair pair;

	(void)state;
	snprintf(pin, sizeof(pin), "/run/netns/%s", own_name("socks"));
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	open_pair(&pair);
	open_local(&all_local);
	open_virtual(&all_virtual);
	elsewhere_open(&of_process);
	elsewhere_open(&by_name);
	expect_client(BPF_MAP_TYPE_SOCKMAP, &pair, "");
	expect_client(BPF_MAP_TYPE_SOCKHASH, &pair, "");
	if (of_process.is_there)
		expect_client(BPF_MAP_TYPE_SOCKMAP, &of_process.pair, of_process.behind);
	if (by_name.is_there)
		expect_client(BPF_MAP_TYPE_SOCKHASH, &by_name.pair, by_name.behind);
	close_pair(&pair);
	elsewhere_close(&of_process);
	elsewhere_close(&by_name);
	/* and this process is where it was */
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	if (!of_process.is_there || !by_name.is_there)
		skip();
}

static void test_reuseport(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, "reuse", 4, 8, 4, 0);
	const uint32_t key = 2;
	struct pair pair;
	uint64_t value;
	char expected[32];
	SCOPED(table) table = {0};

	(void)state;
	open_pair(&pair);
	value = (uint64_t)pair.listener;
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	show(fd, SNAP_TOUCHED, &table);
	assert_int_equal(table_n_live(&table), 1);
	snprintf(expected, sizeof(expected), "%lu", (unsigned long)cookie_of(pair.listener));
	assert_string_equal(cell(&table, 0, "key", PRINT_EXACT), "2");
	assert_string_equal(cell(&table, 0, "value", PRINT_EXACT), expected);
	close_pair(&pair);
	close(fd);
}

/* -- stacks -- */

/* Runs a program that records the stack it is run from. false: this kernel doesn't let it. */
static bool record_stack(int map, uint32_t flags)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = 2,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = (int)flags},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_stackid},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "record", "GPL", code,
				 ARRAY_LEN(code), NULL);
	int r = prog < 0 ? prog : bpf_prog_test_run_opts(prog, &opts);

	if (prog >= 0)
		close(prog);
	return r == 0 && (int)opts.retval >= 0;
}

static void test_kernel_stack(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_STACK_TRACE, "stacks", 4, 127 * 8, 16, 0);
	SCOPED(table) table = {0};
	const char *text;

	(void)state;
	if (!record_stack(fd, 0))
		skip();
	show(fd, SNAP_TOUCHED, &table);
	assert_int_equal(table_n_live(&table), 1);
	text = cell(&table, 0, "value", PRINT_SHORT);
	if (!strstr(text, "__sys_bpf+0x"))
		fail_msg("no __sys_bpf in %s", text);
	assert_memory_equal(cell(&table, 0, "value", PRINT_EXACT), "0xffff", 6);
	/* and reading put it back */
	table_release(&table);
	show(fd, SNAP_TOUCHED, &table);
	assert_int_equal(table_n_live(&table), 1);
	close(fd);
}

static void test_user_stack(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_STACK_TRACE, "ustacks", 4,
			  127 * sizeof(struct bpf_stack_build_id), 16, BPF_F_STACK_BUILD_ID);
	SCOPED(table) table = {0};
	const char *text;

	(void)state;
	if (!record_stack(fd, BPF_F_USER_STACK))
		skip();
	show(fd, SNAP_TOUCHED, &table);
	assert_int_equal(table_n_live(&table), 1);
	/* Who draws doesn't wait for files to be read: the names come with a later frame. */
	source_lookups_wait(false);
	text = cell(&table, 0, "value", PRINT_SHORT);
	if (strncmp(text, "syscall", 7) == 0)
		fail_msg("a frame has a name before any file was read: %s", text);
	WAIT_FOR(strncmp(cell(&table, 0, "value", PRINT_SHORT), "syscall+0x", 10) == 0);
	source_lookups_wait(true);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_local_sockets),
		cmocka_unit_test(test_vsock_where_loopback_and_vsock_diag_are),
		cmocka_unit_test(test_reuseport),
		cmocka_unit_test(test_kernel_stack),
		cmocka_unit_test(test_user_stack),
	};

	return run_live(tests);
}
