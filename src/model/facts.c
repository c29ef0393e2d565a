/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts: how many, then each as the length of its name, the name, the form of its value, the value. The
 * form tells where the next fact begins, whether or not the name is known.
 *
 * Invariant of reading: nothing is allocated that is longer than the bytes that are there. */
#include "model/facts.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"

enum form { FORM_NUMBER = 1, FORM_TEXT = 2 };

/* Bytes of a member that is a number. */
static const size_t sizes[] = {
	[FACT_U8] = 1,
	[FACT_U16] = 2,
	[FACT_U32] = 4,
	[FACT_U64] = 8,
	[FACT_INT] = sizeof(int),
	[FACT_SIZE] = sizeof(size_t),
	[FACT_BOOL] = sizeof(bool),
};

/* -- packing -- */

void pack_number(struct buf *out, uint64_t n)
{
	uint8_t bytes[10];
	size_t len = 0;

	while (n >= 0x80) {
		bytes[len++] = (uint8_t)(n | 0x80);
		n >>= 7;
	}
	bytes[len++] = (uint8_t)n;
	buf_add(out, bytes, len);
}

void pack_text(struct buf *out, const char *text)
{
	pack_number(out, strlen(text));
	buf_adds(out, text);
}

#define LOAD(type, from)                                                                           \
	({                                                                                         \
		type value_;                                                                       \
		memcpy(&value_, from, sizeof(value_));                                             \
		value_;                                                                            \
	})

static uint64_t number_at(const uint8_t *member, enum fact_kind kind)
{
	switch (kind) {
	case FACT_U8:
		return LOAD(uint8_t, member);
	case FACT_U16:
		return LOAD(uint16_t, member);
	case FACT_U32:
		return LOAD(uint32_t, member);
	case FACT_INT:
		return (uint64_t)(int64_t)LOAD(int, member);
	case FACT_SIZE:
		return LOAD(size_t, member);
	case FACT_BOOL:
		return LOAD(bool, member);
	default:
		return LOAD(uint64_t, member);
	}
}

static bool has_value(const struct fact *fact, const uint8_t *noun)
{
	if (fact->kind == FACT_TEXT)
		return LOAD(const char *, noun + fact->offset) != NULL;
	return number_at(noun + fact->offset, fact->kind) != 0;
}

static void pack_fact(const struct fact *fact, const uint8_t *noun, struct buf *out)
{
	size_t len = strlen(fact->name);

	buf_addc(out, (char)len);
	buf_add(out, fact->name, len);
	if (fact->kind == FACT_TEXT) {
		buf_addc(out, FORM_TEXT);
		pack_text(out, LOAD(const char *, noun + fact->offset));
	} else {
		buf_addc(out, FORM_NUMBER);
		pack_number(out, number_at(noun + fact->offset, fact->kind));
	}
}

void facts_pack(const struct fact *facts, size_t n, const void *noun, struct buf *out)
{
	size_t n_known = 0;

	for (size_t i = 0; i < n; i++)
		n_known += has_value(&facts[i], noun);
	pack_number(out, n_known);
	for (size_t i = 0; i < n; i++)
		if (has_value(&facts[i], noun))
			pack_fact(&facts[i], noun, out);
}

/* -- unpacking -- */

uint64_t unpack_number(struct packed *in)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		const uint8_t *byte = unpack_bytes(in, 1);

		if (!byte)
			return 0;
		if (shift == 63 && *byte > 1)
			break;
		n |= (uint64_t)(*byte & 0x7f) << shift;
		if (!(*byte & 0x80))
			return n;
	}
	in->failed = true;
	return 0;
}

const uint8_t *unpack_bytes(struct packed *in, uint64_t n)
{
	const uint8_t *at = in->at;

	if (in->failed || n > (uint64_t)(in->end - in->at)) {
		in->failed = true;
		return NULL;
	}
	in->at += n;
	return at;
}

const char *unpack_text(struct packed *in, struct arena *mem)
{
	uint64_t len = unpack_number(in);
	const uint8_t *at = unpack_bytes(in, len);
	const char *text = at ? utf8_tame_copy(mem, (const char *)at, (size_t)len) : NULL;

	if (text)
		return text;
	in->no_memory |= at != NULL;
	in->failed = true;
	return "";
}

/* Whether the member holds n, as number_at would give it back. */
static bool put_number(uint8_t *member, enum fact_kind kind, uint64_t n)
{
	uint8_t u8 = (uint8_t)n;
	uint16_t u16 = (uint16_t)n;
	uint32_t u32 = (uint32_t)n;
	int i = (int)n;
	size_t size = (size_t)n;
	bool is_true = n != 0;
	const void *from[] = {
		[FACT_U8] = &u8, [FACT_U16] = &u16,   [FACT_U32] = &u32,     [FACT_U64] = &n,
		[FACT_INT] = &i, [FACT_SIZE] = &size, [FACT_BOOL] = &is_true};

	memcpy(member, from[kind], sizes[kind]);
	return number_at(member, kind) == n;
}

static const struct fact *fact_named(const struct fact *facts, size_t n, const uint8_t *name,
				     size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(facts[i].name) == len && !memcmp(facts[i].name, name, len))
			return &facts[i];
	return NULL;
}

static void unpack_value(const struct fact *fact, struct packed *in, uint8_t *noun,
			 struct arena *mem)
{
	const uint8_t *form = unpack_bytes(in, 1);
	bool is_text = form && *form == FORM_TEXT;

	if (!form || (!is_text && *form != FORM_NUMBER)) {
		in->failed = true;
	} else if (!fact) {
		uint64_t n = unpack_number(in);

		if (is_text)
			unpack_bytes(in, n);
	} else if (is_text != (fact->kind == FACT_TEXT)) {
		in->failed = true;
	} else if (is_text) {
		const char *text = unpack_text(in, mem);

		memcpy(noun + fact->offset, &text, sizeof(text));
	} else if (!put_number(noun + fact->offset, fact->kind, unpack_number(in))) {
		in->failed = true;
	}
}

void facts_unpack(const struct fact *facts, size_t n, struct packed *in, void *noun,
		  struct arena *mem)
{
	uint64_t n_facts = unpack_number(in);

	for (uint64_t i = 0; i < n_facts && !in->failed; i++) {
		const uint8_t *len = unpack_bytes(in, 1);
		const uint8_t *name = len ? unpack_bytes(in, *len) : NULL;

		if (name)
			unpack_value(fact_named(facts, n, name, *len), in, noun, mem);
	}
}
