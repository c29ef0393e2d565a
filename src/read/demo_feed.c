/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Feeds the demo's XDP program with made-up packets by BPF_PROG_TEST_RUN: the program runs in the
 * kernel, on real maps, and no packet ever leaves. A child per CPU sleeps from slot to slot of the
 * traffic, at absolute times; a slot that was slept through is skipped, not caught up with.
 *
 * Nothing is pinned, the link to an interface is a descriptor, and the children die with the parent:
 * whichever way the program ends, the kernel takes everything back. */
#include "read/demo_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "bpf/demo.h"
#include "demo.skel.h"
#include "read/demo_traffic.h"
#include "read/libbpf.h"

#define SAME_PLACE(member)                                                                         \
	_Static_assert(offsetof(struct demo__bss, member) ==                                       \
			       offsetof(struct demo_globals, member),                              \
		       "globals: " #member)
SAME_PLACE(packets_total);
SAME_PLACE(bytes_total);
SAME_PLACE(malformed_total);
SAME_PLACE(uncounted_total);
SAME_PLACE(largest_packet);
SAME_PLACE(last_source);

enum {
	CHILD_NICE = 5, /* reading goes before feeding */
	CHILD_PROG_FD = 3,
	CPU_SET_CPUS = 8192,
};

struct demo_feed {
	struct demo *program;
	int link_fd; /* to an interface, else -1 */
	pid_t *children;
	size_t n_children;
};

/* The CPUs that we may run on. */
struct cpu_list {
	cpu_set_t *set;
	size_t set_bytes;
	uint32_t n;
};

static void cpu_list_release(struct cpu_list *list)
{
	CPU_FREE(list->set);
}

static int cpu_list_read(struct cpu_list *list)
{
	list->set = CPU_ALLOC(CPU_SET_CPUS);
	list->set_bytes = CPU_ALLOC_SIZE(CPU_SET_CPUS);
	if (!list->set)
		return -ENOMEM;
	CPU_ZERO_S(list->set_bytes, list->set);
	if (sched_getaffinity(0, list->set_bytes, list->set) < 0)
		return -errno;
	list->n = (uint32_t)CPU_COUNT_S(list->set_bytes, list->set);
	return 0;
}

/* -- in a child -- */

static int pin_to(uint32_t cpu)
{
	size_t bytes = CPU_ALLOC_SIZE(CPU_SET_CPUS);
	cpu_set_t *one = CPU_ALLOC(CPU_SET_CPUS);
	int r;

	if (!one)
		return -ENOMEM;
	CPU_ZERO_S(bytes, one);
	CPU_SET_S(cpu, bytes, one);
	r = sched_setaffinity(0, bytes, one) < 0 ? -errno : 0;
	CPU_FREE(one);
	return r;
}

static void default_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &action, NULL);
	/* Ctrl-C is for the parent, which then ends us. */
	action.sa_handler = SIG_IGN;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Keeps the program and nothing else: not the terminal, not the parent's maps. */
static int only_keep(int prog_fd)
{
	int null = open("/dev/null", O_RDWR);
	int kept = fcntl(prog_fd, F_DUPFD, CHILD_PROG_FD + 1);

	if (null < 0 || kept < 0)
		return -errno;
	for (int fd = 0; fd < CHILD_PROG_FD; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (dup2(kept, CHILD_PROG_FD) < 0)
		return -errno;
	return close_range(CHILD_PROG_FD + 1, ~0u, 0) < 0 ? -errno : 0;
}

/* One call a packet: a call that repeats makes the kernel patch its XDP dispatcher and wait for all
 * CPUs, twice, which takes a thousand times longer than a packet (bpf_prog_change_xdp). */
static int run_packets(int prog_fd, const struct traffic_packet *packet, uint32_t count,
		       uint8_t *frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = 1);
	int r = 0;

	opts.data_size_in = (uint32_t)traffic_frame(packet, frame);
	for (uint32_t i = 0; i < count && (r == 0 || r == -EINTR); i++)
		r = bpf_prog_test_run_opts(prog_fd, &opts);
	return r == -EINTR ? 0 : r;
}

static int run_slot(int prog_fd, struct traffic *traffic, uint64_t at_ns, uint8_t *frame)
{
	uint32_t n_left = traffic_per_slot(traffic, at_ns), count;
	struct traffic_packet packet;
	int r = 0;

	for (; n_left > 0 && r == 0; n_left -= count) {
		traffic_next(traffic, at_ns, &packet);
		count = MIN_OF(packet.count, n_left);
		r = run_packets(prog_fd, &packet, count, frame);
	}
	return r;
}

static int send_slots(struct traffic *traffic, uint64_t start_ns)
{
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	int r = 0;

	while (r == 0) {
		uint64_t at_ns = clock_now_ns() - start_ns;
		uint64_t next_ns = start_ns + (at_ns / TRAFFIC_SLOT_NS + 1) * TRAFFIC_SLOT_NS;
		struct timespec until = {(time_t)(next_ns / 1000000000),
					 (long)(next_ns % 1000000000)};

		r = run_slot(CHILD_PROG_FD, traffic, at_ns, frame);
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
			;
	}
	return r;
}

static void __attribute__((noreturn))
child(int prog_fd, pid_t parent, uint32_t cpu, struct traffic *traffic, uint64_t start_ns)
{
	/* The parent may have gone before it was asked for. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	default_signals();
	clock_free_run();
	if (only_keep(prog_fd) < 0 || pin_to(cpu) < 0)
		_exit(1);
	setpriority(PRIO_PROCESS, 0, CHILD_NICE);
	send_slots(traffic, start_ns);
	_exit(1);
}

/* -- in the parent -- */

static int start_child(struct demo_feed *feed, uint32_t cpu, struct traffic *traffic,
		       uint64_t start_ns, struct err *err)
{
	int prog_fd = bpf_program__fd(feed->program->progs.count_packets);
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return err_set(err, -errno, "cannot start a process for the demo's packets: %s",
			       err_words(-errno));
	if (pid == 0)
		child(prog_fd, parent, cpu, traffic, start_ns);
	feed->children[feed->n_children++] = pid;
	return 0;
}

static int start_children(struct demo_feed *feed, const struct cpu_list *cpus, uint64_t seed,
			  struct err *err)
{
	uint64_t start_ns = clock_now_ns();
	struct traffic traffic;
	uint32_t nth = 0;
	int r = 0;

	feed->children = calloc(cpus->n, sizeof(*feed->children));
	if (!feed->children)
		return err_set(err, -ENOMEM, "out of memory for the demo");
	for (uint32_t cpu = 0; r == 0 && nth < cpus->n; cpu++) {
		if (!CPU_ISSET_S(cpu, cpus->set_bytes, cpus->set))
			continue;
		traffic_init(&traffic, seed, nth++, cpus->n);
		r = start_child(feed, cpu, &traffic, start_ns, err);
	}
	return r;
}

static int not_permitted(int r, struct err *err)
{
	if (r == -EACCES)
		r = -EPERM;
	if (r == -EPERM)
		return err_set(err, r,
			       "the demo's program cannot be loaded: that needs CAP_BPF, "
			       "CAP_NET_ADMIN and CAP_PERFMON, or root");
	return err_set(err, r, "the demo's program cannot be loaded: %s", err_words(r));
}

static int load(struct demo_feed *feed, const char *ifname, uint32_t n_cpus, struct err *err)
{
	uint32_t n_flows = MAX_OF((uint32_t)DEMO_FLOWS, DEMO_FLOWS_PER_CPU * n_cpus);
	struct demo *program;
	int r;

	libbpf_to_log();
	program = feed->program = demo__open();
	if (!program)
		return not_permitted(-errno, err);
	/* Real traffic is not ours to block. */
	if (ifname)
		program->rodata->blocked_port = 0;
	r = bpf_map__set_max_entries(program->maps.flows, n_flows);
	if (r == 0)
		r = demo__load(program);
	return r < 0 ? not_permitted(r, err) : 0;
}

/* A packet before the children start, so that a kernel that refuses is heard of. */
static int try_packet(const struct demo_feed *feed, uint64_t seed, struct err *err)
{
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	struct traffic_packet packet;
	struct traffic traffic;
	int r;

	traffic_init(&traffic, seed, 0, 1);
	traffic_next(&traffic, 0, &packet);
	r = run_packets(bpf_program__fd(feed->program->progs.count_packets), &packet, 1, frame);
	if (r < 0)
		return err_set(err, r, "the kernel does not run the demo's program on a packet: %s",
			       err_words(r));
	return 0;
}

/* In the driver if it can, else behind it. The other way is not tried where the first met a program:
 * that one is somebody's. */
static int attach(struct demo_feed *feed, const char *ifname, struct err *err)
{
	static const uint32_t modes[] = {0, XDP_FLAGS_SKB_MODE};
	int prog_fd = bpf_program__fd(feed->program->progs.count_packets);
	unsigned ifindex = if_nametoindex(ifname);
	int fd = -1;

	if (!ifindex)
		return err_set(err, -ENODEV, "there is no interface called '%s'", ifname);
	for (size_t i = 0; i < ARRAY_LEN(modes) && fd < 0; i++) {
		LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = modes[i]);

		fd = bpf_link_create(prog_fd, (int)ifindex, BPF_XDP, &opts);
		if (fd == -EBUSY || fd == -EEXIST)
			return err_set(err, -EBUSY,
				       "'%s' has an XDP program already: detach that first, or "
				       "watch its maps with dev:%s",
				       ifname, ifname);
	}
	if (fd < 0)
		return err_set(err, fd, "cannot attach the demo's program to '%s': %s", ifname,
			       err_words(fd));
	feed->link_fd = fd;
	return 0;
}

static int start(struct demo_feed *feed, const char *ifname, uint64_t seed, struct err *err)
{
	SCOPED(cpu_list) cpus = {0};
	int r = cpu_list_read(&cpus);

	if (r < 0)
		return err_set(err, r, "cannot tell which CPUs to feed: %s", err_words(r));
	r = load(feed, ifname, cpus.n, err);
	if (r < 0)
		return r;
	if (ifname)
		return attach(feed, ifname, err);
	r = try_packet(feed, seed, err);
	return r < 0 ? r : start_children(feed, &cpus, seed, err);
}

int demo_feed_start(const char *ifname, uint64_t seed, struct demo_feed **out, struct err *err)
{
	struct demo_feed *feed = calloc(1, sizeof(*feed));
	int r;

	if (!feed)
		return err_set(err, -ENOMEM, "out of memory for the demo");
	feed->link_fd = -1;
	r = start(feed, ifname, seed, err);
	if (r < 0)
		demo_feed_stop(feed);
	else
		*out = feed;
	return r;
}

size_t demo_feed_maps(const struct demo_feed *feed, uint32_t *ids, size_t max)
{
	struct bpf_map *const maps[] = {
		feed->program->maps.flows, feed->program->maps.ports, feed->program->maps.verdicts,
		feed->program->maps.sizes, feed->program->maps.bss,
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(maps) && n < max; i++) {
		struct bpf_map_info info = {0};
		uint32_t bytes = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_map__fd(maps[i]), &info, &bytes) == 0)
			ids[n++] = info.id;
	}
	return n;
}

void demo_feed_stop(struct demo_feed *feed)
{
	if (!feed)
		return;
	for (size_t i = 0; i < feed->n_children; i++)
		kill(feed->children[i], SIGKILL);
	for (size_t i = 0; i < feed->n_children; i++)
		while (waitpid(feed->children[i], NULL, 0) < 0 && errno == EINTR)
			;
	if (feed->link_fd >= 0)
		close(feed->link_fd);
	demo__destroy(feed->program);
	free(feed->children);
	free(feed);
}
