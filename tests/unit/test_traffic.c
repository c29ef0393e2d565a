/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The demo's traffic: the same everywhere, what it says it is, and frames that read back as what they
 * were made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf/demo.h"
#include "bpf/demo_parse.h"
#include "read/demo_traffic.h"
#include "tests/unit/starved.h"

#define SECOND_NS 1000000000ull

enum { CPUS = 4, SECONDS = 60 };

/* Calls fn for each packet of SECONDS of traffic on all CPUs. */
static void each_packet(void (*fn)(const struct traffic_packet *packet, void *ctx), void *ctx)
{
	struct traffic traffic;
	struct traffic_packet packet;

	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		traffic_init(&traffic, 1, cpu, CPUS);
		for (uint64_t at = 0; at < SECONDS * SECOND_NS; at += TRAFFIC_SLOT_NS) {
			uint32_t n = traffic_per_slot(&traffic, at);

			for (uint32_t i = 0; i < n; i += packet.count) {
				traffic_next(&traffic, at, &packet);
				assert_true(packet.count > 0);
				fn(&packet, ctx);
			}
		}
	}
}

static void a_slot_depends_on_nothing_before(void **state)
{
	struct traffic one, other;
	struct traffic_packet a, b;

	(void)state;
	traffic_init(&one, 7, 1, CPUS);
	traffic_init(&other, 7, 1, CPUS);
	for (int i = 0; i < 100; i++)
		traffic_next(&other, 3 * TRAFFIC_SLOT_NS, &b);
	for (int i = 0; i < 100; i++) {
		traffic_next(&one, 9 * SECOND_NS, &a);
		traffic_next(&other, 9 * SECOND_NS + TRAFFIC_SLOT_NS - 1, &b);
		assert_memory_equal(a.source, b.source, sizeof(a.source));
		assert_memory_equal(a.target, b.target, sizeof(a.target));
		assert_int_equal(a.target_port, b.target_port);
		assert_int_equal(a.bytes, b.bytes);
		assert_int_equal(a.count, b.count);
	}
}

static void fold(uint64_t *sum, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	while (n--)
		*sum = (*sum ^ *at++) * 0x100000001b3ull;
}

static void fold_packet(const struct traffic_packet *packet, void *sum)
{
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	size_t n = traffic_frame(packet, frame);

	fold(sum, frame, n < 80 ? n : 80);
	fold(sum, (uint8_t[]){(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)packet->count}, 3);
}

/* Screens that tests compare are made of this traffic: who changes it changes them. */
static void traffic_is_the_same_everywhere(void **state)
{
	uint64_t sum = 0xcbf29ce484222325ull;

	(void)state;
	each_packet(fold_packet, &sum);
	assert_int_equal(sum, 0x14412312804493f7ull);
}

static enum verdict expected(const struct traffic_packet *packet)
{
	bool is_martian = packet->source[0] == (packet->is_ipv6 ? 0xff : 239);

	switch (packet->flaw) {
	case TRAFFIC_CUT_SHORT:
	case TRAFFIC_LONG_LENGTH:
	case TRAFFIC_BAD_VERSION:
		return drop_malformed;
	case TRAFFIC_NOT_IP:
		return pass_other;
	case TRAFFIC_FRAGMENT:
		return pass_fragment;
	case TRAFFIC_FINE:
		break;
	}
	if (is_martian)
		return drop_martian;
	if (packet->target_port == DEMO_BLOCKED_PORT)
		return drop_blocked_port;
	return packet->protocol == 6 ? pass_tcp : packet->protocol == 17 ? pass_udp : pass_icmp;
}

static void check_parsed(const struct traffic_packet *packet, void *seen)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	_Alignas(4) uint8_t room[FRAME_ALIGN_BYTES + TRAFFIC_MAX_FRAME] = {0};
	uint8_t *frame = room + FRAME_ALIGN_BYTES;
	size_t n = traffic_frame(packet, frame);
	struct flow_key key = {0};
	enum verdict verdict = parse_frame(frame, frame + n, DEMO_BLOCKED_PORT, &key);

	assert_int_equal(verdict, expected(packet));
	*(unsigned *)seen |= 1u << verdict;
	if (packet->flaw == TRAFFIC_FINE)
		assert_int_equal(n, packet->bytes);
	if (verdict == drop_malformed || verdict == pass_other)
		return;
	if (packet->is_ipv6) {
		assert_memory_equal(key.saddr, packet->source, 16);
		assert_memory_equal(key.daddr, packet->target, 16);
	} else {
		assert_memory_equal(key.saddr, mapped, sizeof(mapped));
		assert_memory_equal(key.saddr + 12, packet->source, 4);
		assert_memory_equal(key.daddr + 12, packet->target, 4);
	}
	if (has_ports(verdict))
		assert_int_equal(from_be16(key.dport), packet->target_port);
}

static void frames_read_back(void **state)
{
	unsigned seen = 0;

	(void)state;
	each_packet(check_parsed, &seen);
	assert_int_equal(seen, (1u << N_VERDICTS) - 1); /* each verdict falls */
}

/* No frame, however cut, is read past its end: the sanitizer sees its end, and what is cut within its headers is malformed. */
static void check_cut(const struct traffic_packet *packet, void *n_checked)
{
	uint8_t frame[TRAFFIC_MAX_FRAME] = {0};
	size_t n = traffic_frame(packet, frame);

	if ((*(unsigned *)n_checked)++ % unless_starved(500, 50000))
		return;
	for (size_t cut = 0; cut < n && cut < 90; cut++) {
		uint8_t *exact = malloc(FRAME_ALIGN_BYTES + cut), *at = exact + FRAME_ALIGN_BYTES;
		struct flow_key key = {0};

		assert_non_null(exact);
		memcpy(at, frame, cut);
		if (packet->flaw != TRAFFIC_NOT_IP || cut < 14)
			assert_int_equal(parse_frame(at, at + cut, 0, &key), drop_malformed);
		free(exact);
	}
}

static void cut_frames_are_malformed(void **state)
{
	unsigned n_checked = 0;

	(void)state;
	each_packet(check_cut, &n_checked);
}

static bool is_documentation(const struct traffic_packet *packet, const uint8_t *address)
{
	static const uint8_t nets[][3] = {{192, 0, 2}, {198, 51, 100}, {203, 0, 113}, {239, 0, 0}};

	if (packet->is_ipv6) /* a martian's first byte is another */
		return memcmp(address + 1, "\x01\x0d\xb8", 3) == 0 &&
		       (address[0] == 0x20 || address[0] == 0xff);
	for (size_t i = 0; i < 4; i++)
		if (memcmp(address, nets[i], 3) == 0)
			return true;
	return address[0] == 10;
}

struct mix {
	uint64_t n, n_ipv6, n_icmp, n_scanned;
};

static void add_to_mix(const struct traffic_packet *packet, void *ctx)
{
	struct mix *mix = ctx;

	mix->n += packet->count;
	mix->n_ipv6 += packet->is_ipv6 ? packet->count : 0;
	mix->n_icmp += packet->protocol == 1 || packet->protocol == 58 ? packet->count : 0;
	mix->n_scanned += packet->protocol == 6 && packet->source_port == 54321;
	if (packet->flaw == TRAFFIC_NOT_IP)
		return;
	assert_true(is_documentation(packet, packet->source));
	assert_true(is_documentation(packet, packet->target));
}

static void the_mix_is_plausible(void **state)
{
	struct mix mix = {0};

	(void)state;
	each_packet(add_to_mix, &mix);
	assert_in_range(mix.n_ipv6 * 100 / mix.n, 10, 40);
	assert_in_range(mix.n_icmp * 1000 / mix.n, 1, 50);
	assert_in_range(mix.n_scanned, 1000, 10000);
}

static void cpus_have_loads_of_their_own(void **state)
{
	struct traffic traffic[CPUS];
	unsigned n_apart = 0;

	(void)state;
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		traffic_init(&traffic[cpu], 1, cpu, CPUS);
	for (uint64_t at = 0; at < SECONDS * SECOND_NS; at += SECOND_NS) {
		uint32_t low = UINT32_MAX, high = 0;

		for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
			uint32_t rate = traffic_rate(&traffic[cpu], at);

			assert_in_range(rate, 2000, 40000); /* a few percent of a CPU */
			low = rate < low ? rate : low;
			high = rate > high ? rate : high;
		}
		n_apart += high * 2 > low * 3;
	}
	assert_true(n_apart > SECONDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_depends_on_nothing_before),
		cmocka_unit_test(traffic_is_the_same_everywhere),
		cmocka_unit_test(frames_read_back),
		cmocka_unit_test(cut_frames_are_malformed),
		cmocka_unit_test(the_mix_is_plausible),
		cmocka_unit_test(cpus_have_loads_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
