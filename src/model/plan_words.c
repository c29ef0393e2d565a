// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keys and values that nobody has a layout of: bytes as they are, or words where somebody asked for them.
 * The other side of a map may well have one (the index of an array, the id in a map of maps), so words
 * replace bytes in a plan that is there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "model/format.h"
#include "model/plan.h"

enum { MOST_WORDS = PLAN_MAX_FIELDS / 2 };

static const char *const word_types[] = {[1] = "u8", [2] = "u16", [4] = "u32", [8] = "u64"};

static int add_bytes(struct plan *plan, bool in_value, uint32_t size, struct err *err)
{
	struct field field = {.kind = FIELD_BYTES, .type = "bytes", .size = size};

	return size ? plan_add(plan, in_value, &field, err) : 0;
}

int plan_untyped(struct plan *plan, uint32_t key_size, uint32_t value_size, struct err *err)
{
	int r;

	plan_begin(plan, key_size, value_size, "none");
	plan->is_typed = false;
	r = add_bytes(plan, false, key_size, err);
	if (r == 0)
		r = add_bytes(plan, true, value_size, err);
	return r == 0 ? plan_finish(plan, err) : r;
}

/* A side that is nothing but bytes, or words made of them. Bytes of a member have a name, and those with a
 * format of their own a meaning; variables are laid out on both sides. */
static bool is_unknown(const struct plan *plan, bool in_value)
{
	uint32_t first = in_value ? plan->n_key_fields : 0;
	uint32_t end = in_value ? plan->n_fields : plan->n_key_fields;
	const struct field *field = plan->fields + first;

	if (plan->is_variables)
		return false;
	if (plan->word_bytes[in_value])
		return true;
	return first + 1 == end && field->kind == FIELD_BYTES && !field->name[0] &&
	       !field->limit_from && !strcmp(field->format->name, "bytes");
}

bool plan_has_unknown(const struct plan *plan)
{
	return is_unknown(plan, false) || is_unknown(plan, true);
}

static uint32_t size_of(const struct plan *plan, bool in_value)
{
	return in_value ? plan->value_size : plan->key_size;
}

static bool divides(const struct plan *plan, bool in_value, unsigned width)
{
	return width && is_unknown(plan, in_value) && size_of(plan, in_value) % width == 0;
}

/* Stay bytes. */
static bool are_too_many(const struct plan *plan, bool in_value, unsigned width)
{
	return size_of(plan, in_value) / width > MOST_WORDS;
}

static bool takes_words(const struct plan *plan, bool in_value, unsigned width)
{
	return divides(plan, in_value, width) && !are_too_many(plan, in_value, width);
}

int plan_check_words(const struct plan *plan, unsigned width, const char *name, struct err *err)
{
	bool fits = false;

	for (int in_value = 0; in_value < 2; in_value++) {
		if (!divides(plan, in_value, width))
			continue;
		if (are_too_many(plan, in_value, width))
			return err_set(err, -EINVAL,
				       "the %s of map '%s' would be %u words of %u %s, and %u is "
				       "the most",
				       in_value ? "value" : "key", name,
				       size_of(plan, in_value) / width, width,
				       num_noun(width, "byte", "bytes"), MOST_WORDS);
		fits = true;
	}
	if (!fits)
		return err_set(err, -EINVAL,
			       "words of %u %s divide neither key nor value of map '%s'", width,
			       num_noun(width, "byte", "bytes"), name);
	return 0;
}

bool plan_takes_words(const struct plan *plan, unsigned width)
{
	return plan_check_words(plan, width, "", NULL) == 0;
}

static int add_words(bool in_value, unsigned width, struct plan *out, struct err *err)
{
	uint32_t size = size_of(out, in_value);
	char name[16];
	int r = 0;

	for (uint32_t i = 0; i < size / width && r == 0; i++) {
		struct field field = {
			.name = name,
			.kind = FIELD_UINT,
			.type = word_types[width],
			.offset = i * width,
			.size = width,
		};
		snprintf(name, sizeof(name), "%c%u", in_value ? 'v' : 'k', i);
		r = plan_add(out, in_value, &field, err);
	}
	out->word_bytes[in_value] = (uint8_t)width;
	return r;
}

/* The field and what is below it. */
static int copy(const struct field *field, struct plan *out, struct err *err)
{
	const struct field *end = field + 1 + field->n_below, *below = field + 1;
	int r = plan_add(out, field->in_value, field, err);

	for (; r == 0 && below < end; below += 1 + below->n_below)
		r = copy(below, out, err);
	return r == 0 && field_is_container(field) ? plan_close(out, err) : r;
}

static int add_side(const struct plan *from, bool in_value, unsigned width, struct plan *out,
		    struct err *err)
{
	uint32_t i = in_value ? from->n_key_fields : 0;
	uint32_t end = in_value ? from->n_fields : from->n_key_fields;
	int r = 0;

	if (takes_words(from, in_value, width))
		return add_words(in_value, width, out, err);
	if (is_unknown(from, in_value))
		return add_bytes(out, in_value, size_of(from, in_value), err);
	for (; r == 0 && i < end; i += 1 + from->fields[i].n_below)
		r = copy(&from->fields[i], out, err);
	return r;
}

static int build(const struct plan *from, unsigned width, struct plan *out, struct err *err)
{
	int r;

	plan_begin(out, from->key_size, from->value_size, NULL);
	out->is_typed = from->is_typed;
	out->is_variables = from->is_variables;
	out->record_from = from->record_from;
	out->origin = arena_strdup(&out->mem, from->origin);
	out->why_bytes = from->why_bytes ? arena_strdup(&out->mem, from->why_bytes) : NULL;
	if (!out->origin || (from->why_bytes && !out->why_bytes))
		return err_set(err, -ENOMEM, "not enough memory for the map's layout");
	r = add_side(from, false, width, out, err);
	if (r == 0)
		r = add_side(from, true, width, out, err);
	return r == 0 ? plan_finish(out, err) : r;
}

int plan_in_words(const struct plan *from, unsigned width, struct plan *out, struct err *err)
{
	int r = build(from, width, out, err);

	if (r < 0)
		plan_release(out);
	return r;
}

int plan_words(struct plan *plan, unsigned width, struct err *err)
{
	struct plan out;
	int r;

	if (!plan_has_unknown(plan) || width == plan_word_bytes(plan))
		return 0;
	r = plan_in_words(plan, width, &out, err);
	if (r < 0)
		return r;
	plan_release(plan);
	*plan = out;
	return 0;
}
