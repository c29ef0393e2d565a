/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BTF types as a C programmer names them, and what declaration tags say about them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct btf_type;
struct buf;
struct field;
struct format;

/* Typedefs, qualifiers and pointers followed before a chain is called a loop; libbpf's own bound. */
enum { BTFTYPE_MAX_CHAIN = 32 };

/* A name out of the string section; "" where there is none or its offset lies outside. Borrowed. */
const char *btftype_name(const struct btf *btf, uint32_t name_off);

/* The next type behind a typedef, qualifier or type tag; false when t is none of them. */
bool btftype_peel(const struct btf_type *t, uint32_t *next_ret);

/* Looks through all of them. returns the id (0: void), or -EINVAL for loops and ids out of range. */
int64_t btftype_resolve(const struct btf *btf, uint32_t id);

/* True for the one-byte integer that C calls char; not for signed and unsigned char, which are
 * small numbers (__s8, __u8). Compilers seldom set BTF_INT_CHAR, so the name counts too. */
bool btftype_is_char(const struct btf *btf, const struct btf_type *t);

/* Adds the type as declared in C, without qualifiers and with typedefs kept: "__be32",
 * "struct flow_key", "char[16]", "struct a *". */
void btftype_text(const struct btf *btf, uint32_t id, struct buf *out);

/* -- declaration tags: __attribute__((btf_decl_tag("bpfmaptop:ip4"))) on members, typedefs and
 * variables. "bpfmaptop:hide" hides, "bpfmaptop:enum:NAME" names an integer's values by that enum (the keys of
 * arrays can't be enums themselves), anything else behind the colon names a format. -- */

/* More tags than these on one target are not looked at. */
enum { BTFTAGS_MAX = 8 };

struct btftag {
	uint32_t type;
	int32_t component; /* member's number, -1: the type itself */
	const char *text;  /* behind the colon; borrowed from the BTF */
};

struct btftags {	   /* sorted by type and component */
	struct btftag *at; /* owned */
	size_t n, cap;
};

void btftags_release(struct btftags *tags);

/* One pass over all types. 0 or -ENOMEM. */
int btftags_collect(struct btftags *tags, const struct btf *btf);

struct btfmarks {
	const struct format *format; /* NULL: none said */
	const char *enum_name;	     /* NULL: none; borrowed from the BTF */
	bool is_hidden;
};

/* Adds what the tags of type (component -1) or of its member say; a format already there stays. */
void btftags_mark(const struct btftags *tags, uint32_t type, int32_t component,
		  struct btfmarks *marks);
