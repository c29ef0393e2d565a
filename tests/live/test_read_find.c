/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps found by all that a person can type, every map listed with who uses it, and what is said
 * without permission. */
#include "maps.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>

/* A program that uses the map and answers with a verdict. */
static int make_program(enum bpf_prog_type type, const char *name, int map_fd)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map_fd},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(type, name, "Dual BSD/GPL", code, ARRAY_LEN(code), NULL);

	assert_true(fd >= 0);
	return fd;
}

static void test_by_id_and_name(void **state)
{
	int first = make_map(BPF_MAP_TYPE_HASH, "same", 4, 8, 64, BPF_F_NO_PREALLOC);
	int second = make_map(BPF_MAP_TYPE_PERCPU_ARRAY, "same", 4, 8, 64, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, first, &list);
	struct err err = {0};
	struct spec spec;
	char typed[64];

	(void)state;
	assert_int_equal(map->id, id_of(first));
	assert_string_equal(map->name, own_name("same"));
	assert_string_equal(map->type->name, "hash");
	assert_int_equal(map->max_entries, 64);
	assert_int_equal(map->flags, BPF_F_NO_PREALLOC);
	assert_int_equal(map->n_cpus, 1);
	assert_true(map->memory_bytes > 0);
	map_list_release(&list);
	list = (struct map_list){0};
	snprintf(typed, sizeof(typed), "name:%s", own_name("same"));
	assert_int_equal(spec_parse(typed, &spec, NULL), 0);
	assert_int_equal(the_source->ops->find(the_source, &spec, &list, NULL), 0);
	assert_int_equal(list.n, 2); /* both are called so */
	assert_int_equal(list.maps[1].id, id_of(second));
	assert_int_equal(list.maps[1].n_cpus, libbpf_num_possible_cpus());
	/* Asking again adds nothing twice. */
	assert_int_equal(the_source->ops->find(the_source, &spec, &list, NULL), 0);
	assert_int_equal(list.n, 2);
	map_list_release(&list);
	snprintf(typed, sizeof(typed), "name:%s_", own_name("same"));
	assert_int_equal(find_error(the_source, typed, &err), -ENOENT);
	assert_non_null(strstr(err.text, typed + 5));
	assert_int_equal(find_error(the_source, "id:4294967295", &err), -ENOENT);
	assert_non_null(strstr(err.text, "4294967295"));
	close(first);
	close(second);
}

static char pin_path[80];

static void unpin(void)
{
	unlink(pin_path);
}

/* The kernel keeps 15 bytes of the name; the pin knows the rest. */
static void test_by_pin(void **state)
{
	char kernel_name[BPF_OBJ_NAME_LEN], longer[64];
	struct map_list list = {0};
	struct err err = {0};
	const struct map *map;
	int fd, program;

	(void)state;
	snprintf(kernel_name, sizeof(kernel_name), "findpin%08d", (int)getpid());
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, kernel_name, 4, 8, 64, NULL);
	assert_true(fd >= 0);
	snprintf(longer, sizeof(longer), "%s_by_source", kernel_name);
	snprintf(pin_path, sizeof(pin_path), "/sys/fs/bpf/%s", longer);
	unpin();
	if (bpf_obj_pin(fd, pin_path) < 0)
		skip();
	atexit(unpin);
	map = find_one(the_source, pin_path, &list);
	assert_int_equal(map->id, id_of(fd));
	assert_string_equal(map->name, longer);
	map = find_one(the_source, longer, &list);
	assert_int_equal(map->id, id_of(fd));
	map_list_release(&list);
	unpin();
	assert_int_equal(find_error(the_source, pin_path, &err), -ENOENT);
	program = make_program(BPF_PROG_TYPE_XDP, "findpin", fd);
	assert_int_equal(bpf_obj_pin(program, pin_path), 0);
	assert_int_equal(find_error(the_source, pin_path, &err), -EMEDIUMTYPE);
	assert_non_null(strstr(err.text, "it is no map"));
	assert_true(find_error(the_source, "/proc/self/comm", &err) < 0);
	assert_non_null(strstr(err.text, "bpffs"));
	unpin();
	close(program);
	close(fd);
}

static void test_by_program(void **state)
{
	int map_fd = make_map(BPF_MAP_TYPE_HASH, "ofprog", 4, 8, 64, 0);
	int program = make_program(BPF_PROG_TYPE_XDP, own_name("finder"), map_fd);
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	struct map_list list = {0};
	struct err err = {0};
	char typed[64];

	(void)state;
	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	snprintf(typed, sizeof(typed), "prog:%u", info.id);
	assert_int_equal(find_one(the_source, typed, &list)->id, id_of(map_fd));
	snprintf(typed, sizeof(typed), "prog:%s", own_name("finder"));
	assert_int_equal(find_one(the_source, typed, &list)->id, id_of(map_fd));
	map_list_release(&list);
	assert_int_equal(find_error(the_source, "prog:4294967295", &err), -ENOENT);
	assert_int_equal(find_error(the_source, "prog:no_such_prog", &err), -ENOENT);
	assert_non_null(strstr(err.text, "there is no program 'no_such_prog'"));
	close(program);
	close(map_fd);
}

/* -- by interface: a veth of the test's own, in a network namespace of its own -- */

static bool has_map(const struct map_list *list, int fd)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->maps[i].id == id_of(fd))
			return true;
	return false;
}

static void attach_clsact(int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex("w0"),
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program);

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
}

/* -1 where the kernel is older than 6.6 */
static int attach_tcx(int program)
{
	enum { TCX_INGRESS = 46 };

	return bpf_link_create(program, (int)if_nametoindex("w0"),
			       (enum bpf_attach_type)TCX_INGRESS, NULL);
}

static void test_by_device(void **state)
{
	int xdp_map = make_map(BPF_MAP_TYPE_HASH, "ofxdp", 4, 8, 64, 0);
	int tc_map = make_map(BPF_MAP_TYPE_HASH, "oftc", 4, 8, 64, 0);
	int tcx_map = make_map(BPF_MAP_TYPE_HASH, "oftcx", 4, 8, 64, 0);
	int xdp = make_program(BPF_PROG_TYPE_XDP, "onxdp", xdp_map);
	int tc = make_program(BPF_PROG_TYPE_SCHED_CLS, "ontc", tc_map);
	int tcx = make_program(BPF_PROG_TYPE_SCHED_CLS, "ontcx", tcx_map), link;
	struct map_list list = {0};
	struct err err = {0};
	struct spec spec;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0 || system("ip link add w0 type veth peer name w1") != 0)
		skip();
	assert_int_equal(bpf_xdp_attach((int)if_nametoindex("w0"), xdp, XDP_FLAGS_SKB_MODE, NULL),
			 0);
	assert_int_equal(find_one(the_source, "dev:w0", &list)->id, id_of(xdp_map));
	map_list_release(&list);
	list = (struct map_list){0};
	attach_clsact(tc);
	link = attach_tcx(tcx);
	assert_int_equal(spec_parse("dev:w0", &spec, NULL), 0);
	assert_int_equal(the_source->ops->find(the_source, &spec, &list, &err), 0);
	assert_true(has_map(&list, xdp_map) && has_map(&list, tc_map));
	assert_true(has_map(&list, tcx_map) == (link >= 0));
	map_list_release(&list);
	assert_int_equal(find_error(the_source, "dev:w1", &err), -ENOENT);
	assert_int_equal(find_error(the_source, "dev:nothere", &err), -ENODEV);
	assert_non_null(strstr(err.text, "'nothere'"));
	for (int *fd = (int[]){xdp_map, tc_map, tcx_map, xdp, tc, tcx, link, -1}; *fd >= 0; fd++)
		close(*fd);
}

/* -- every map, and who uses it -- */

#define A_MOMENT_NS UINT64_C(1000000)

static const struct map *with_id(const struct map_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->maps[i].id == id)
			return &list->maps[i];
	return NULL;
}

static void test_list(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "listed", 4, 8, 64, 0), again = dup(fd);
	uint64_t began_ns = clock_wall_ns();
	int program = make_program(BPF_PROG_TYPE_XDP, "lister", fd);
	struct map_list list = {0};
	const struct map *map;

	(void)state;
	snprintf(pin_path, sizeof(pin_path), "/sys/fs/bpf/listed_%d", (int)getpid());
	unpin();
	assert_int_equal(bpf_obj_pin(fd, pin_path), 0);
	assert_int_equal(the_source->ops->list(the_source, &list, NULL), 0);
	map = with_id(&list, id_of(fd));
	assert_non_null(map);
	assert_string_equal(map->name, own_name("listed"));
	assert_string_equal(map->pin, pin_path);
	assert_false(map->follows_pin);
	assert_int_equal(map->programs.n, 1);
	assert_string_equal(map->programs.at[0].name, "lister");
	/* The kernel goes by another clock, and the two can't be read at once. */
	assert_in_range(map->loaded_ns, began_ns - A_MOMENT_NS, clock_wall_ns() + A_MOMENT_NS);
	assert_true(map->owners.is_whole);
	assert_int_equal(map->owners.n, 1); /* two descriptors, one process */
	assert_int_equal(map->owners.at[0].id, getpid());
	map_list_release(&list);
	unpin();
	close(program);
	close(again);
	close(fd);
}

/* -- without permission: in a child that has dropped what root had -- */

static void keep_capability(int which)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (which >= 0)
		data[which / 32].effective = data[which / 32].permitted = 1u << (which % 32);
	if (syscall(SYS_capset, &header, data) < 0)
		_exit(99);
}

/* 0, or the number of the check that failed */
static int ask_with(int capability, uint32_t id)
{
	struct spec by_id = {.kind = SPEC_ID, .id = id, .text = ""};
	struct spec by_pin = {.kind = SPEC_PIN, .text = pin_path};
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};
	int r = 0, by_pin_result;

	keep_capability(capability);
	if (the_source->ops->find(the_source, &by_id, &list, &err) != -EPERM)
		r = 1;
	else if (!strstr(err.text, "CAP_SYS_ADMIN"))
		r = 2;
	by_pin_result = the_source->ops->find(the_source, &by_pin, &list, &err);
	if (by_pin_result == 0 &&
	    (source_read(the_source, &list.maps[0], NULL, &snap, &err) < 0 || snap.n_rows != 1))
		r = 3;
	else if (by_pin_result < 0 && (capability == CAP_BPF || !strstr(err.text, "CAP_BPF")))
		r = 4;
	map_list_release(&list);
	return r;
}

static int in_child_with(int capability, uint32_t id)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ask_with(capability, id));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

/* What is said of a map besides its sizes. A type that the kernel doesn't measure has no memory, not none. */
static void test_extra_and_frozen(void **state)
{
	enum { HASH_FUNCTIONS = 3 };
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_extra = HASH_FUNCTIONS);
	int bloom = bpf_map_create(BPF_MAP_TYPE_BLOOM_FILTER, own_name("bloom"), 0, 8, 8, &opts);
	int frozen = make_map(BPF_MAP_TYPE_ARRAY, "frozen", 4, 8, 4, 0);
	struct map_list list = {0};
	const struct map *map;

	(void)state;
	assert_true(bloom >= 0);
	map = find_fd(the_source, bloom, &list);
	assert_int_equal(map->extra, HASH_FUNCTIONS);
	assert_false(map->is_frozen);
	map = find_fd(the_source, frozen, &list);
	assert_false(map->is_frozen);
	assert_int_equal(bpf_map_freeze(frozen), 0);
	map = find_fd(the_source, frozen, &list);
	assert_true(map->is_frozen);
	assert_int_equal(map->extra, 0);
	map_list_release(&list);
	close(bloom);
	close(frozen);
}

static void test_permission(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_ARRAY, "guarded", 4, 8, 1, 0);

	(void)state;
	snprintf(pin_path, sizeof(pin_path), "/sys/fs/bpf/guarded_%d", (int)getpid());
	unpin();
	assert_int_equal(bpf_obj_pin(fd, pin_path), 0);
	assert_int_equal(in_child_with(CAP_BPF, id_of(fd)), 0);
	assert_int_equal(in_child_with(-1, id_of(fd)), 0); /* newer kernels allow even this */
	unpin();
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_id_and_name), cmocka_unit_test(test_by_pin),
		cmocka_unit_test(test_by_program),     cmocka_unit_test(test_by_device),
		cmocka_unit_test(test_list),	       cmocka_unit_test(test_extra_and_frozen),
		cmocka_unit_test(test_permission),
	};

	return run_live(tests);
}
