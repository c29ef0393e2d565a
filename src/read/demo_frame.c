/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets of the demo's traffic as Ethernet frames: IEEE 802.3 and 802.1Q, RFC 791, 8200, 9293, 768,
 * 792, 4443. Each layer writes its header behind the one before and returns where it ends. A flaw is a
 * wrong byte in a header that is otherwise right. */
#include <string.h>

#include "base/tidy.h"
#include "read/demo_traffic.h"

enum {
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	NEXT_FRAGMENT = 44,
	PIECE_OFFSET = 185, /* eights of bytes: behind a first piece of 1480 */
	CUT_BYTES = 10,	    /* what a frame that was cut short has of its IP header */
};

static uint8_t *put8(uint8_t *at, unsigned x)
{
	*at = (uint8_t)x;
	return at + 1;
}

static uint8_t *put16(uint8_t *at, unsigned x)
{
	return put8(put8(at, x >> 8), x & 0xff);
}

static uint8_t *put32(uint8_t *at, uint32_t x)
{
	return put16(put16(at, x >> 16), x & 0xffff);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static uint8_t *put_link(uint8_t *at, const struct traffic_packet *packet)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

	at = put_bytes(at, macs, sizeof(macs));
	if (packet->vlan)
		at = put16(put16(at, ETHERTYPE_VLAN), packet->vlan);
	if (packet->flaw == TRAFFIC_NOT_IP)
		return put16(at, ETHERTYPE_ARP);
	return put16(at, packet->is_ipv6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4);
}

/* n_bytes: of the IP packet, header and all. */
static uint8_t *put_ip4(uint8_t *at, const struct traffic_packet *packet, size_t n_bytes)
{
	size_t claimed = n_bytes + (packet->flaw == TRAFFIC_LONG_LENGTH ? 512 : 0);

	at = put8(at, packet->flaw == TRAFFIC_BAD_VERSION ? 0x75 : 0x45);
	at = put8(at, 0);
	at = put16(at, (unsigned)claimed);
	at = put16(at, 0);
	at = put16(at, packet->flaw == TRAFFIC_FRAGMENT ? PIECE_OFFSET : 0);
	at = put8(put8(at, 64), packet->protocol);
	at = put16(at, 0);
	return put_bytes(put_bytes(at, packet->source, 4), packet->target, 4);
}

static uint8_t *put_ip6(uint8_t *at, const struct traffic_packet *packet, size_t n_bytes)
{
	size_t claimed = n_bytes - 40 + (packet->flaw == TRAFFIC_LONG_LENGTH ? 512 : 0);
	bool is_piece = packet->flaw == TRAFFIC_FRAGMENT;

	at = put32(at, packet->flaw == TRAFFIC_BAD_VERSION ? 0x70000000 : 0x60000000);
	at = put16(at, (unsigned)claimed);
	at = put8(put8(at, is_piece ? NEXT_FRAGMENT : packet->protocol), 64);
	at = put_bytes(put_bytes(at, packet->source, 16), packet->target, 16);
	if (!is_piece)
		return at;
	at = put8(put8(at, packet->protocol), 0);
	return put32(put16(at, PIECE_OFFSET << 3), 1);
}

static void put_tcp(uint8_t *at, const struct traffic_packet *packet)
{
	at = put16(put16(at, packet->source_port), packet->target_port);
	at = put32(put32(at, 1), 1);
	at = put16(at, 0x5010); /* five words of header; ACK */
	put32(put16(at, 65535), 0);
}

static void put_udp(uint8_t *at, const struct traffic_packet *packet, size_t n_bytes)
{
	at = put16(put16(at, packet->source_port), packet->target_port);
	put16(put16(at, (unsigned)n_bytes), 0);
}

static void put_echo(uint8_t *at, const struct traffic_packet *packet)
{
	at = put16(at, packet->is_ipv6 ? 0x8000 : 0x0800);
	put32(put16(at, 0), 0x00010001);
}

static void put_transport(uint8_t *at, const struct traffic_packet *packet, size_t n_bytes)
{
	if (packet->protocol == 6)
		put_tcp(at, packet);
	else if (packet->protocol == 17)
		put_udp(at, packet, n_bytes);
	else
		put_echo(at, packet);
}

size_t traffic_frame(const struct traffic_packet *packet, uint8_t frame[TRAFFIC_MAX_FRAME])
{
	uint8_t *end = frame + MIN_OF(packet->bytes, TRAFFIC_MAX_FRAME);
	uint8_t *at = put_link(frame, packet), *ip = at;

	if (packet->flaw == TRAFFIC_NOT_IP)
		return (size_t)(end - frame);
	at = packet->is_ipv6 ? put_ip6(at, packet, (size_t)(end - at))
			     : put_ip4(at, packet, (size_t)(end - at));
	put_transport(at, packet, (size_t)(end - at));
	return (size_t)((packet->flaw == TRAFFIC_CUT_SHORT ? ip + CUT_BYTES : end) - frame);
}
