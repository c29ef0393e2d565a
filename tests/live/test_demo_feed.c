/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live demo in the running kernel: it moves, it counts as the simulation counts, and nothing of it
 * is left, whichever way it ends. */
#include "maps.h"

#include <dirent.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "bpf/demo.h"
#include "demo.skel.h"
#include "read/demo_feed.h"
#include "read/demo_traffic.h"
#include "read/libbpf.h"
#include "read/sim.h"

enum { N_MAPS = 5, NOBODY = 65534 };
enum { FLOWS, PORTS, VERDICTS, SIZES, GLOBALS }; /* demo_feed_maps' order */

static struct demo_globals globals_of(uint32_t map_id)
{
	struct demo_globals globals = {0};
	int fd = bpf_map_get_fd_by_id(map_id);

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &(uint32_t){0}, &globals), 0);
	close(fd);
	return globals;
}

/* How many of the CPUs counted that verdict. */
static int n_cpus_with(uint32_t map_id, uint32_t verdict)
{
	int n_cpus = libbpf_num_possible_cpus(), n = 0, fd = bpf_map_get_fd_by_id(map_id);
	struct counts *counts = calloc((size_t)n_cpus, sizeof(*counts));

	assert_true(fd >= 0);
	bpf_map_lookup_elem(fd, &verdict, counts); /* not there yet: none did */
	for (int cpu = 0; cpu < n_cpus; cpu++)
		n += counts[cpu].packets > 0;
	free(counts);
	close(fd);
	return n;
}

static size_t children_of(pid_t parent, pid_t *out, size_t max)
{
	char path[64];
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	file = fopen(path, "r");
	while (file && n < max && fscanf(file, "%d", &out[n]) == 1)
		n++;
	if (file)
		fclose(file);
	return n;
}

/* Whether the child has let go of all it inherited: the null device and the program are left. */
static bool holds_little(pid_t child)
{
	char path[320], target[64];
	struct dirent *entry;
	bool is_little = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", child);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		ssize_t n;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", child, entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		is_little &= strcmp(target, "/dev/null") == 0 || strstr(target, "bpf-prog");
	}
	closedir(dir);
	return is_little;
}

static void rows_move_on_every_cpu_and_go_at_the_end(void **state)
{
	struct demo_feed *feed = NULL;
	uint32_t ids[N_MAPS + 1];
	pid_t children[256];
	cpu_set_t allowed;
	struct err err = {0};
	size_t n_children;
	uint64_t packets;

	(void)state;
	assert_int_equal(demo_feed_start(NULL, 1, &feed, &err), 0);
	assert_int_equal(demo_feed_maps(feed, ids, ARRAY_LEN(ids)), N_MAPS);
	WAIT_FOR(globals_of(ids[GLOBALS]).packets_total > 1000);
	packets = globals_of(ids[GLOBALS]).packets_total;
	WAIT_FOR(globals_of(ids[GLOBALS]).packets_total > packets + 1000);

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	WAIT_FOR(n_cpus_with(ids[VERDICTS], pass_tcp) == CPU_COUNT(&allowed));
	n_children = children_of(getpid(), children, ARRAY_LEN(children));
	assert_int_equal(n_children, CPU_COUNT(&allowed));
	for (size_t i = 0; i < n_children; i++)
		WAIT_FOR(holds_little(children[i]));

	demo_feed_stop(feed);
	assert_int_equal(children_of(getpid(), children, ARRAY_LEN(children)), 0);
	for (size_t i = 0; i < N_MAPS; i++)
		assert_true(wait_gone(ids[i]));
}

/* A process that has started the demo and waits; its maps' ids come through ids. */
static pid_t start_elsewhere(uint32_t ids[N_MAPS])
{
	struct demo_feed *feed;
	struct err err;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		memset(ids, 0, N_MAPS * sizeof(*ids));
		if (demo_feed_start(NULL, 1, &feed, &err) == 0)
			demo_feed_maps(feed, ids, N_MAPS);
		if (write(pipes[1], ids, N_MAPS * sizeof(*ids)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pipes[0], ids, N_MAPS * sizeof(*ids)), N_MAPS * sizeof(*ids));
	close(pipes[0]);
	close(pipes[1]);
	assert_true(ids[0] != 0);
	return pid;
}

static void nothing_outlives_a_killed_parent(void **state)
{
	uint32_t ids[N_MAPS];
	pid_t pid = start_elsewhere(ids);

	(void)state;
	WAIT_FOR(globals_of(ids[GLOBALS]).packets_total > 100);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (size_t i = 0; i < N_MAPS; i++)
		assert_true(wait_gone(ids[i]));
}

static void without_rights_it_says_which(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct demo_feed *feed = NULL;
		struct err err = {0};
		int r = -1;

		if (setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0)
			r = demo_feed_start(NULL, 1, &feed, &err);
		_exit(r == -EPERM && strstr(err.text, "CAP_BPF") &&
				      strstr(err.text, "CAP_NET_ADMIN")
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void an_unknown_interface_is_named(void **state)
{
	struct demo_feed *feed = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(demo_feed_start("nosuchif0", 1, &feed, &err), -ENODEV);
	assert_string_equal(err.text, "there is no interface called 'nosuchif0'");
	assert_null(feed);
}

/* -- the kernel as the oracle of the simulation -- */

/* The first second of traffic, packet by packet through the real program. */
static void run_a_second(int prog_fd, uint64_t seed)
{
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	struct traffic_packet packet;
	struct traffic traffic;

	for (uint32_t cpu = 0; cpu < SIM_CPUS; cpu++) {
		traffic_init(&traffic, seed, cpu, SIM_CPUS);
		for (uint64_t at = 0; at < SIM_TICK_NS; at += TRAFFIC_SLOT_NS) {
			uint32_t n_left = traffic_per_slot(&traffic, at);

			while (n_left > 0) {
				LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = 1);

				traffic_next(&traffic, at, &packet);
				opts.data_size_in = (uint32_t)traffic_frame(&packet, frame);
				for (uint32_t i = 0; i < packet.count && n_left > 0; i++, n_left--)
					assert_int_equal(bpf_prog_test_run_opts(prog_fd, &opts), 0);
			}
		}
	}
}

/* Packets and bytes, the first two u64 of a value, over all CPUs. */
static void sum_counts(const uint8_t *value, size_t stride, int n_cpus, size_t n_words,
		       uint64_t out[2])
{
	uint64_t words[2];

	out[0] = out[1] = 0;
	for (int cpu = 0; cpu < n_cpus; cpu++) {
		memcpy(words, value + (size_t)cpu * stride, n_words * sizeof(*words));
		for (size_t i = 0; i < n_words; i++)
			out[i] += words[i];
	}
}

static size_t n_entries(int fd, size_t key_size)
{
	uint8_t key[64], next[64];
	size_t n = 0;

	assert_true(key_size <= sizeof(key));
	for (void *at = NULL; bpf_map_get_next_key(fd, at, next) == 0; at = key) {
		memcpy(key, next, key_size);
		n++;
	}
	return n;
}

static void assert_counted_alike(struct source *sim, const struct map *map, int fd)
{
	bool is_per_cpu = map->n_cpus > 1;
	int n_cpus = is_per_cpu ? libbpf_num_possible_cpus() : 1;
	size_t stride = map_cpu_stride(map), n_words = MIN_OF(stride / 8, (size_t)2);
	uint8_t *value = calloc((size_t)n_cpus, stride);
	SCOPED(snap) snap = {0};
	struct err err = {0};

	assert_int_equal(source_read(sim, map, NULL, &snap, &err), STEP_DONE);
	assert_true(snap.n_rows > 0);
	assert_int_equal(n_entries(fd, map->key_size), snap.n_rows);
	for (size_t row = 0; row < snap.n_rows; row++) {
		uint64_t ours[2], theirs[2];

		assert_int_equal(bpf_map_lookup_elem(fd, snap_key(&snap, row), value), 0);
		sum_counts(snap_value(&snap, row), stride, (int)map->n_cpus, n_words, ours);
		sum_counts(value, stride, n_cpus, n_words, theirs);
		assert_int_equal(ours[0], theirs[0]);
		assert_int_equal(ours[1], theirs[1]);
	}
	free(value);
}

static void the_kernel_counts_as_the_simulation(void **state)
{
	struct demo *demo = demo__open_and_load();
	SCOPED(map_list) maps = {0};
	struct source *sim = NULL;
	struct demo_globals *globals;
	SCOPED(snap) snap = {0};
	struct err err = {0};

	(void)state;
	assert_non_null(demo);
	assert_int_equal(source_sim_new(1, &sim), 0);
	assert_int_equal(sim->ops->list(sim, &maps, &err), 0);
	source_sim_hold_tick(sim, 0);
	run_a_second(bpf_program__fd(demo->progs.count_packets), 1);

	assert_counted_alike(sim, &maps.maps[FLOWS], bpf_map__fd(demo->maps.flows));
	assert_counted_alike(sim, &maps.maps[PORTS], bpf_map__fd(demo->maps.ports));
	assert_counted_alike(sim, &maps.maps[VERDICTS], bpf_map__fd(demo->maps.verdicts));
	assert_counted_alike(sim, &maps.maps[SIZES], bpf_map__fd(demo->maps.sizes));
	assert_int_equal(source_read(sim, &maps.maps[GLOBALS], NULL, &snap, &err), STEP_DONE);
	globals = (struct demo_globals *)snap.vals.at;
	assert_int_equal(globals->packets_total, demo->bss->packets_total);
	assert_int_equal(globals->bytes_total, demo->bss->bytes_total);
	assert_int_equal(globals->malformed_total, demo->bss->malformed_total);
	assert_int_equal(globals->largest_packet, demo->bss->largest_packet);
	sim->ops->free(sim);
	demo__destroy(demo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_move_on_every_cpu_and_go_at_the_end),
		cmocka_unit_test(nothing_outlives_a_killed_parent),
		cmocka_unit_test(without_rights_it_says_which),
		cmocka_unit_test(an_unknown_interface_is_named),
		cmocka_unit_test(the_kernel_counts_as_the_simulation),
	};

	libbpf_to_log();
	return run_live(tests);
}
