/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats themselves, for format.c and its kin; everyone else asks format_named(). */
#pragma once

#include "model/format.h"

/* clang-format off */
extern const struct format
	/* format_number.c */ format_dec, format_id, format_hex, format_si, format_size, format_percent,
	/* format_word.c */   format_bool, format_enum, format_flags, format_errno,
	/* format_text.c */   format_char, format_text, format_bytes, format_special, format_fields,
	/* format_net.c */    format_ip4, format_ip6, format_cidr, format_mac, format_proto, format_ifname,
	/* format_order.c */  format_port, format_be16, format_be32, format_be64,
	/* format_table.c */  format_syscall, format_ethertype,
	/* format_time.c */   format_duration, format_ktime, format_epoch,
	/* format_system.c */ format_pid, format_progid, format_mapid, format_cgroup, format_socket,
	/* format_stack.c */  format_ksym, format_stack;
/* clang-format on */

/* Whole text as a number of up to 128 bits with an optional unit, or 0x: 0 or -EINVAL. The parse of
 * every format whose text is a number. */
int format_read_number(const char *text, size_t len, struct val *out);

/* -EINVAL: the parse of a format that is compared as text only. */
int format_parse_nothing(const struct field *field, const char *text, size_t len,
			 const struct lookups *lookups, struct arena *mem, struct val *out);

/* What numbers of any kind are written with: digits, hex, exponents, inf and nan. */
#define FORMAT_NUMBER_ALPHABET "0123456789abcdefinx.+-"

/* A number as format_dec writes it. */
void format_write_number(const struct val *val, enum print_style style, struct buf *out);

/* The field's number: in network order when it is declared so (__be16 to __be64), else in the host's. */
struct val format_ordered_val(const struct field *field, const uint8_t *base);

/* The field as unsigned bits of its own width, so that -1 in 4 bytes is 0xffffffff. */
unsigned __int128 format_bits(const struct field *field, const uint8_t *base);
void format_write_hex(unsigned __int128 bits, struct buf *out);

/* len bytes of at as a VAL_BYTES that lives in mem: 0 or -ENOMEM. */
int format_keep_bytes(const void *at, size_t len, struct arena *mem, struct val *out);

bool format_fits_integer(const struct field *field); /* one column of up to 64 bits */
/* A number that is none of bool, char, enum or pointer: of those up to 64 bits, and of floats. */
bool format_fits_quantity(const struct field *field);
bool format_fits_any(const struct field *field);
