/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the wire to the table: packets that this test sends over a veth pair, counted by the demo's
 * program at the other end, are what the table shows, in total, per CPU and per second.
 *
 * The pair lives in a network namespace without a name, which goes with this process. A packet is
 * received on the CPU that sent it: the peer's softirq is raised there (drivers/net/veth.c), as long as
 * no other CPU is receiving at that time; so the CPUs take turns. */
#include "maps.h"

#include <endian.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "bpf/demo.h"
#include "model/table.h"
#include "read/demo_feed.h"
#include "read/demo_traffic.h"

enum { SENDERS = 2, N_MAPS = 5 };
enum { FLOWS, PORTS, VERDICTS, SIZES, GLOBALS }; /* demo_feed_maps' order */

#define SENT_BY "bmtsend"
#define SEEN_BY "bmtsee"

static int sending_socket = -1;
static int cpus[SENDERS]; /* the first ones we may run on; all the same where there is but one */
static cpu_set_t all_cpus;

/* -- sending -- */

static const struct traffic_packet udp4 = {
	.protocol = 17,
	.source = {192, 0, 2, 1},
	.target = {192, 0, 2, 2},
	.source_port = 5000,
	.target_port = 4242,
	.bytes = 200,
};
static const struct traffic_packet tcp6 = {
	.is_ipv6 = true,
	.protocol = 6,
	.source = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
	.target = {0x20, 0x01, 0x0d, 0xb8, [15] = 2},
	.source_port = 5000,
	.target_port = 443,
	.bytes = 1000,
	.vlan = 100,
};
static const struct traffic_packet telnet = {
	.protocol = 6,
	.source = {192, 0, 2, 1},
	.target = {192, 0, 2, 2},
	.target_port = DEMO_BLOCKED_PORT,
	.bytes = 60,
};
static const struct traffic_packet broken = {
	.protocol = 17,
	.source = {192, 0, 2, 1},
	.target = {192, 0, 2, 2},
	.bytes = 90,
	.flaw = TRAFFIC_LONG_LENGTH,
};

static void pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/* -- the table of a map -- */

static void watch(struct table *table, uint32_t id)
{
	struct map_list list = {0};
	struct plan plan = {0};
	struct err err = {0};
	char typed[16];

	snprintf(typed, sizeof(typed), "id:%u", id);
	find_one(the_source, typed, &list);
	assert_int_equal(the_source->ops->plan(the_source, &list.maps[0], &plan, &err), 0);
	assert_int_equal(table_init(table, &list.maps[0], &plan), 0);
	map_list_release(&list);
}

static void take(struct table *table)
{
	read_clean(the_source, &table->map, NULL, table->next);
	assert_int_equal(table_take(table), 0);
}

static struct val cell(const struct table *table, const void *key, size_t key_size,
		       const char *name)
{
	struct column column;
	struct err err = {0};
	ptrdiff_t row = table_find(table, key, key_size);

	assert_true(row >= 0);
	if (table_column_named(table, name, strlen(name), &column, &err) < 0)
		fail_msg("%s", err.text);
	return table_cell(table, (size_t)row, &column);
}

static uint64_t number(const struct table *table, const void *key, size_t key_size,
		       const char *name)
{
	struct val val = cell(table, key, key_size, name);

	assert_int_equal(val.kind, VAL_UINT);
	return val.u;
}

static uint64_t on_cpu(const struct table *table, const void *key, size_t key_size, int cpu)
{
	char name[32];

	snprintf(name, sizeof(name), "packets@%d", cpu);
	return number(table, key, key_size, name);
}

static uint64_t packets_seen(uint32_t globals_id)
{
	struct demo_globals globals;
	int fd = bpf_map_get_fd_by_id(globals_id);

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &(uint32_t){0}, &globals), 0);
	close(fd);
	return globals.packets_total;
}

/* -- tests -- */

static struct demo_feed *feed; /* of the test that runs */
static uint64_t n_sent;	       /* to it */

static void attach(uint32_t ids[N_MAPS])
{
	struct err err = {0};

	if (demo_feed_start(SEEN_BY, 0, &feed, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(demo_feed_maps(feed, ids, N_MAPS), N_MAPS);
	n_sent = 0;
}

/* So few at a time that the ring between the two ends holds them all (256), and that the turn of NAPI that counts the
 * last of them is over, too: it takes 64 (drivers/net/veth.c). None is lost, and none is left to another CPU. */
static void send_packets(const uint32_t ids[N_MAPS], const struct traffic_packet *packet, int n)
{
	enum { AT_A_TIME = 50 };
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	size_t bytes = traffic_frame(packet, frame);

	while (n > 0) {
		int burst = MIN_OF(n, (int)AT_A_TIME);

		for (int i = 0; i < burst; i++)
			assert_int_equal(send(sending_socket, frame, bytes, 0), bytes);
		n -= burst;
		n_sent += (uint64_t)burst;
		WAIT_FOR(packets_seen(ids[GLOBALS]) == n_sent);
	}
}

static int detach(void **state)
{
	(void)state;
	demo_feed_stop(feed);
	feed = NULL;
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
	return 0;
}

static uint32_t attached_program(void)
{
	uint32_t id = 0;

	assert_int_equal(bpf_xdp_query_id((int)if_nametoindex(SEEN_BY), 0, &id), 0);
	return id;
}

static void what_was_sent_is_what_is_shown(void **state)
{
	static const int n_udp[SENDERS] = {700, 300}, n_tcp[SENDERS] = {41, 59}, n_bad = 7;
	const struct port_key udp_port = {.port = htobe16(4242), .proto = 17};
	const uint32_t udp = pass_udp, tcp = pass_tcp, malformed = drop_malformed;
	SCOPED(table) ports = {0};
	SCOPED(table) verdicts = {0};
	SCOPED(table) flows = {0};
	uint32_t ids[N_MAPS];
	struct flow_key flow = {.dport = htobe16(443), .proto = 6};

	(void)state;
	attach(ids);
	for (int i = 0; i < SENDERS; i++) {
		pin(cpus[i]);
		send_packets(ids, &udp4, n_udp[i]);
		send_packets(ids, &tcp6, n_tcp[i]);
		send_packets(ids, &broken, n_bad);
	}
	watch(&ports, ids[PORTS]);
	watch(&verdicts, ids[VERDICTS]);
	watch(&flows, ids[FLOWS]);
	take(&ports);
	take(&verdicts);
	take(&flows);

	assert_int_equal(table_n_rows(&ports), 2);
	assert_int_equal(number(&ports, &udp_port, sizeof(udp_port), "packets"), 1000);
	assert_int_equal(number(&ports, &udp_port, sizeof(udp_port), "bytes"), 200000);
	assert_int_equal(number(&verdicts, &udp, 4, "packets"), 1000);
	assert_int_equal(number(&verdicts, &tcp, 4, "packets"), 100);
	assert_int_equal(number(&verdicts, &tcp, 4, "bytes"), 100000);
	assert_int_equal(number(&verdicts, &malformed, 4, "packets"), 2 * n_bad);
	for (int i = 0; i < SENDERS && cpus[0] != cpus[1]; i++) {
		assert_int_equal(on_cpu(&ports, &udp_port, sizeof(udp_port), cpus[i]), n_udp[i]);
		assert_int_equal(on_cpu(&verdicts, &tcp, 4, cpus[i]), n_tcp[i]);
	}
	memcpy(flow.saddr, tcp6.source, 16);
	memcpy(flow.daddr, tcp6.target, 16);
	assert_int_equal(table_n_rows(&flows), 2);
	assert_int_equal(number(&flows, &flow, sizeof(flow), "packets"), 100);
}

/* Of a clock's time before and after each reading: whenever in between it was made, the rate lies between. */
static void rates_are_per_second_of_measured_time(void **state)
{
	const struct port_key key = {.port = htobe16(4242), .proto = 17};
	enum { FIRST = 10, BURST = 50, BURSTS = 40 };
	SCOPED(table) ports = {0};
	uint32_t ids[N_MAPS];
	uint64_t first_from, first_to, second_from, second_to;
	double least, most, shown;

	(void)state;
	attach(ids);
	pin(cpus[0]);
	watch(&ports, ids[PORTS]);
	send_packets(ids, &udp4, FIRST);
	first_from = clock_now_ns();
	take(&ports);
	first_to = clock_now_ns();
	assert_int_equal(cell(&ports, &key, sizeof(key), "packets.rate").kind, VAL_UNKNOWN);
	for (int i = 0; i < BURSTS; i++) {
		send_packets(ids, &udp4, BURST);
		WAIT_FOR(clock_now_ns() >= first_to + (uint64_t)(i + 1) * 10000000);
	}
	second_from = clock_now_ns();
	take(&ports);
	second_to = clock_now_ns();

	least = BURST * BURSTS * 1e9 / (double)(second_to - first_from);
	most = BURST * BURSTS * 1e9 / (double)(second_from - first_to);
	shown = cell(&ports, &key, sizeof(key), "packets.rate").x;
	assert_int_equal(number(&ports, &key, sizeof(key), "packets.delta"), BURST * BURSTS);
	if (shown < least || shown > most)
		fail_msg("sent %.0f to %.0f a second, shown %.0f", least, most, shown);
}

static void no_port_is_blocked_on_an_interface(void **state)
{
	const uint32_t tcp = pass_tcp, blocked = drop_blocked_port;
	SCOPED(table) verdicts = {0};
	uint32_t ids[N_MAPS];

	(void)state;
	attach(ids);
	send_packets(ids, &telnet, 5);
	watch(&verdicts, ids[VERDICTS]);
	take(&verdicts);
	assert_int_equal(number(&verdicts, &blocked, 4, "packets"), 0);
	assert_int_equal(number(&verdicts, &tcp, 4, "packets"), 5);
}

static void another_program_is_left_alone(void **state)
{
	uint32_t ids[N_MAPS], program;
	struct demo_feed *other = NULL;
	struct err err = {0};

	(void)state;
	attach(ids);
	program = attached_program();
	assert_true(program != 0);
	assert_int_equal(demo_feed_start(SEEN_BY, 0, &other, &err), -EBUSY);
	assert_null(other);
	assert_string_equal(err.text,
			    "'" SEEN_BY "' has an XDP program already: detach that first, "
			    "or watch its maps with dev:" SEEN_BY);
	assert_int_equal(attached_program(), program);
	detach(NULL);
	WAIT_FOR(attached_program() == 0);
}

static void it_is_detached_when_we_are_killed(void **state)
{
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (demo_feed_start(SEEN_BY, 0, &feed, NULL) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	WAIT_FOR(attached_program() != 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	WAIT_FOR(attached_program() == 0);
}

/* -- the wire -- */

/* Our packets are to be the only ones on it. */
static void without_ipv6(void)
{
	FILE *file = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");

	if (!file)
		return; /* there is none */
	fputs("1", file);
	fclose(file);
}

static int open_wire(void **state)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};

	without_ipv6();
	if (system("ip link add " SENT_BY " type veth peer name " SEEN_BY " && "
		   "ip link set " SENT_BY " up && ip link set " SEEN_BY " up") != 0)
		return -1;
	sending_socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	to.sll_ifindex = (int)if_nametoindex(SENT_BY);
	if (sending_socket < 0 || bind(sending_socket, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < SENDERS; cpu++)
		if (CPU_ISSET(cpu, &all_cpus))
			for (int i = n++; i < SENDERS; i++)
				cpus[i] = cpu;
	return open_source(state);
}

static int close_wire(void **state)
{
	close(sending_socket);
	return close_source(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_was_sent_is_what_is_shown, detach),
		cmocka_unit_test_teardown(rates_are_per_second_of_measured_time, detach),
		cmocka_unit_test_teardown(no_port_is_blocked_on_an_interface, detach),
		cmocka_unit_test_teardown(another_program_is_left_alone, detach),
		cmocka_unit_test_teardown(it_is_detached_when_we_are_killed, detach),
	};

	if (!bpf_is_permitted())
		return 0;
	if (unshare(CLONE_NEWNET) < 0 || system("ip -V >/dev/null 2>&1") != 0) {
		printf("1..1\nok 1 - veth # SKIP no network namespace of our own, or no ip(8)\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, open_wire, close_wire);
}
