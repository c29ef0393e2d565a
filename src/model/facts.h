/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The members of a noun as named facts in bytes: a row a member. What is zero is left out, what has an
 * unknown name is passed over, so that older and newer programs read each other's tapes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

enum fact_kind { FACT_U8, FACT_U16, FACT_U32, FACT_U64, FACT_INT, FACT_SIZE, FACT_BOOL, FACT_TEXT };

struct fact {
	const char *name; /* at most 255 bytes */
	enum fact_kind kind;
	size_t offset; /* of the member in the noun */
};
#define FACT(noun, called, member, as)                                                             \
	{                                                                                          \
		.name = called, .kind = FACT_##as, .offset = offsetof(struct noun, member)         \
	}

/* Bytes to take apart. Once something wasn't there `failed` stays set and everything reads as zero. */
struct packed {
	const uint8_t *at, *end;
	bool failed;
	bool no_memory; /* and that is why */
};

/* 7 bits a byte, lowest first, the high bit says that more follow. */
void pack_number(struct buf *out, uint64_t n);
void pack_text(struct buf *out, const char *text); /* its length, then its bytes */
uint64_t unpack_number(struct packed *in);
/* n bytes where they stand, or NULL when there are fewer. */
const uint8_t *unpack_bytes(struct packed *in, uint64_t n);
/* A text, copied into mem and tamed, since names of another host go to terminals and into files. "" and in->failed
 * when there is none, or out of memory. */
const char *unpack_text(struct packed *in, struct arena *mem);

void facts_pack(const struct fact *facts, size_t n, const void *noun, struct buf *out);
/* Fills the members that are named; the others stay as they are. Texts go to mem. A number that its
 * member can't hold is a failure of `in`. */
void facts_unpack(const struct fact *facts, size_t n, struct packed *in, void *noun,
		  struct arena *mem);
