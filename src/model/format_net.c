/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What packets carry. Addresses are bytes in network order whatever type holds them (a __be32, an
 * array, an in6_addr), so they compare as bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

enum { IP4_BYTES = 4, IP6_BYTES = 16, MAC_BYTES = 6, MAX_TYPED = 64 };

/* A run of that many bytes, as a number or in any wrapping. */
static bool is_block(const struct field *field, uint32_t size)
{
	if (field->is_bitfield || field->size != size)
		return false;
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_BYTES:
	case FIELD_TEXT:
	case FIELD_ARRAY:
	case FIELD_STRUCT:
	case FIELD_UNION:
		return true;
	default:
		return false;
	}
}

static struct val block_val(const struct field *field, const uint8_t *base)
{
	return (struct val){
		.kind = VAL_BYTES,
		.at = (const char *)base + field->offset,
		.len = field->size,
	};
}

/* Typed text as a string for inet_pton and sscanf; false when it is too long to be any address. */
static bool typed(const char *text, size_t len, char out[MAX_TYPED])
{
	if (len >= MAX_TYPED || memchr(text, '\0', len))
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static void add_address(int family, const uint8_t *at, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET) { /* most keys have two; inet_ntop(3) goes through sprintf */
		for (unsigned i = 0; i < IP4_BYTES; i++) {
			if (i)
				buf_addc(out, '.');
			buf_addu(out, at[i]);
		}
		return;
	}
	if (inet_ntop(family, at, text, sizeof(text)))
		buf_adds(out, text);
}

static int read_address(int family, const char *text, size_t len, struct arena *mem,
			struct val *out)
{
	char copy[MAX_TYPED];
	uint8_t bytes[IP6_BYTES];

	if (!typed(text, len, copy) || inet_pton(family, copy, bytes) != 1)
		return -EINVAL;
	return format_keep_bytes(bytes, family == AF_INET ? IP4_BYTES : IP6_BYTES, mem, out);
}

/* -- ip4, ip6 -- */

static bool fits_ip4(const struct field *field)
{
	return is_block(field, IP4_BYTES);
}

static void print_ip4(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	(void)style;
	(void)lookups;
	add_address(AF_INET, base + field->offset, out);
}

static int parse_ip4(const struct field *field, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	return read_address(AF_INET, text, len, mem, out);
}

const struct format format_ip4 = {
	.name = "ip4",
	.help = "IPv4 address in network order",
	.example = "192.0.2.1",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 15,
	.alphabet = "0123456789.",
	.fits = fits_ip4,
	.print = print_ip4,
	.parse = parse_ip4,
	.value = block_val,
};

/* An IPv4 address inside an IPv6 one (RFC 4291, 2.5.5.2) is written as the IPv4 address that it is. */
static const uint8_t mapped_prefix[IP6_BYTES - IP4_BYTES] = {[10] = 0xff, [11] = 0xff};

enum { MAPPED_BITS = sizeof(mapped_prefix) * 8 };

static bool is_mapped(const uint8_t *address)
{
	return memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static bool fits_ip6(const struct field *field)
{
	return is_block(field, IP6_BYTES);
}

static void print_ip6(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	const uint8_t *at = base + field->offset;

	(void)style;
	(void)lookups;
	if (is_mapped(at))
		add_address(AF_INET, at + sizeof(mapped_prefix), out);
	else
		add_address(AF_INET6, at, out);
}

static int parse_ip6(const struct field *field, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out)
{
	uint8_t bytes[IP6_BYTES];
	char copy[MAX_TYPED];

	(void)field;
	(void)lookups;
	memcpy(bytes, mapped_prefix, sizeof(mapped_prefix));
	if (typed(text, len, copy) && inet_pton(AF_INET, copy, bytes + sizeof(mapped_prefix)) == 1)
		return format_keep_bytes(bytes, IP6_BYTES, mem, out);
	return read_address(AF_INET6, text, len, mem, out);
}

const struct format format_ip6 = {
	.name = "ip6",
	.help = "IPv6 address",
	.example = "2001:db8::1",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 20,
	.alphabet = "0123456789abcdef:.",
	.fits = fits_ip6,
	.print = print_ip6,
	.parse = parse_ip6,
	.value = block_val,
};

/* -- cidr: the key of a longest-prefix trie, a u32 of prefix bits and then the address -- */

static bool fits_cidr(const struct field *field)
{
	return is_block(field, sizeof(uint32_t) + IP4_BYTES) ||
	       is_block(field, sizeof(uint32_t) + IP6_BYTES);
}

static void print_cidr(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	const uint8_t *at = base + field->offset;
	const uint8_t *address = at + sizeof(uint32_t);
	bool is_ip4 = field->size == sizeof(uint32_t) + IP4_BYTES;
	uint32_t prefix;

	(void)style;
	(void)lookups;
	memcpy(&prefix, at, sizeof(prefix));
	if (!is_ip4 && prefix >= MAPPED_BITS && is_mapped(address)) {
		is_ip4 = true;
		address += sizeof(mapped_prefix);
		prefix -= MAPPED_BITS;
	}
	add_address(is_ip4 ? AF_INET : AF_INET6, address, out);
	buf_addf(out, "/%u", prefix);
}

static int parse_cidr(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	bool is_ip4 = field->size == sizeof(uint32_t) + IP4_BYTES;
	uint8_t bytes[sizeof(uint32_t) + IP6_BYTES], *address = bytes + sizeof(uint32_t);
	char copy[MAX_TYPED], *slash;
	struct val prefix;
	uint32_t more = 0;

	(void)lookups;
	if (!typed(text, len, copy) || !(slash = strchr(copy, '/')))
		return -EINVAL;
	*slash++ = '\0';
	if (!is_ip4 && inet_pton(AF_INET, copy, address + sizeof(mapped_prefix)) == 1) {
		memcpy(address, mapped_prefix, sizeof(mapped_prefix));
		more = MAPPED_BITS;
	} else if (inet_pton(is_ip4 ? AF_INET : AF_INET6, copy, address) != 1) {
		return -EINVAL;
	}
	if (format_read_number(slash, strlen(slash), &prefix) < 0 || prefix.kind != VAL_UINT ||
	    prefix.u > UINT32_MAX - more)
		return -EINVAL;

	uint32_t bits = (uint32_t)prefix.u + more;

	memcpy(bytes, &bits, sizeof(bits));
	return format_keep_bytes(bytes, field->size, mem, out);
}

const struct format format_cidr = {
	.name = "cidr",
	.help = "network as address/prefix: a trie's key",
	.example = "10.0.0.0/8",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 18,
	.fits = fits_cidr,
	.print = print_cidr,
	.parse = parse_cidr,
	.value = block_val,
};

/* -- mac -- */

static bool fits_mac(const struct field *field)
{
	return is_block(field, MAC_BYTES);
}

static void print_mac(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	const uint8_t *at = base + field->offset;

	(void)style;
	(void)lookups;
	buf_addf(out, "%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3], at[4], at[5]);
}

static int parse_mac(const struct field *field, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out)
{
	struct val val;
	int r = format_bytes.parse(field, text, len, lookups, mem, &val);

	if (r < 0)
		return r;
	if (val.len != MAC_BYTES)
		return -EINVAL;
	*out = val;
	return 0;
}

const struct format format_mac = {
	.name = "mac",
	.help = "Ethernet address",
	.example = "02:00:5e:10:00:01",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 17,
	.alphabet = "0123456789abcdef:",
	.fits = fits_mac,
	.print = print_mac,
	.parse = parse_mac,
	.value = block_val,
};

/* -- proto: IANA's protocol numbers, the ones that are met -- */

static const char *const protocols[256] = {
	[0] = "hopopt",	      [1] = "icmp",	  [2] = "igmp",	       [4] = "ipip",
	[6] = "tcp",	      [8] = "egp",	  [9] = "igp",	       [17] = "udp",
	[27] = "rdp",	      [33] = "dccp",	  [41] = "ipv6",       [43] = "ipv6-route",
	[44] = "ipv6-frag",   [46] = "rsvp",	  [47] = "gre",	       [50] = "esp",
	[51] = "ah",	      [58] = "ipv6-icmp", [59] = "ipv6-nonxt", [60] = "ipv6-opts",
	[88] = "eigrp",	      [89] = "ospf",	  [97] = "etherip",    [103] = "pim",
	[108] = "ipcomp",     [112] = "vrrp",	  [115] = "l2tp",      [124] = "isis",
	[132] = "sctp",	      [133] = "fc",	  [135] = "mobility",  [136] = "udplite",
	[137] = "mpls-in-ip", [139] = "hip",	  [140] = "shim6",     [142] = "rohc",
	[143] = "ethernet",
};

/* Other spellings that people type. */
static const struct {
	const char *name;
	uint8_t number;
} protocol_aliases[] = {{"icmp6", 58}, {"icmpv6", 58}, {"ip6", 41}};

static void print_proto(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	uint64_t number = decode_u64(field, base);

	(void)style;
	(void)lookups;
	if (number < ARRAY_LEN(protocols) && protocols[number])
		buf_adds(out, protocols[number]);
	else
		format_id.print(field, base, PRINT_EXACT, lookups, out);
}

static bool same(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static int parse_proto(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	(void)mem;
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		if (protocols[i] && same(text, len, protocols[i])) {
			*out = val_uint(i);
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(protocol_aliases); i++) {
		if (same(text, len, protocol_aliases[i].name)) {
			*out = val_uint(protocol_aliases[i].number);
			return 0;
		}
	}
	return format_read_number(text, len, out);
}

const struct format format_proto = {
	.name = "proto",
	.help = "IP protocol by its IANA name",
	.example = "tcp",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 5,
	.fits = format_fits_integer,
	.print = print_proto,
	.parse = parse_proto,
};

/* -- ifname -- */

static void print_ifname(const struct field *field, const uint8_t *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	uint64_t index = decode_u64(field, base);

	if (index <= UINT32_MAX && lookups && lookups->ifname &&
	    lookups->ifname(lookups->ctx, (uint32_t)index, out))
		return;
	format_id.print(field, base, style, lookups, out);
}

static int parse_ifname(const struct field *field, const char *text, size_t len,
			const struct lookups *lookups, struct arena *mem, struct val *out)
{
	uint32_t index;

	(void)field;
	(void)mem;
	if (!lookups || !lookups->ifindex || !lookups->ifindex(lookups->ctx, text, len, &index))
		return format_read_number(text, len, out);
	*out = val_uint(index);
	return 0;
}

const struct format format_ifname = {
	.name = "ifname",
	.help = "network interface by name",
	.example = "eth0",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = format_fits_integer,
	.print = print_ifname,
	.parse = parse_ifname,
};
