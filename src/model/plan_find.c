/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names and fields. A name is tried as the whole path (of a member before the whole key or value), then behind "key." or "value." as a path of that
 * side, then as the tail of a path; the first of these that fits exactly one field decides, and one that
 * fits several ends the search: guessing would show the wrong column. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format_rows.h"
#include "model/plan.h"
#include "model/plan_element.h"
#include "model/words.h"

enum { MAX_OFFERS = 8 };

struct wanted {
	const char *text;
	size_t len;
	enum { ANY_SIDE, KEY_SIDE, VALUE_SIDE } side;
	bool is_tail;
	bool is_element; /* "m[].x": what is meant is inside an array */
};

/* Elements have no column, and nobody can name what has no name. */
static bool can_be_named(const struct field *field)
{
	return !field->in_array && (field->parent == PLAN_NONE || field->name[0]);
}

/* Elements themselves, and what has a name in them. */
static bool is_named_inside(const struct field *field)
{
	return field->in_array && (field->name[0] || field->path[strlen(field->path) - 1] == ']');
}

static bool fits(const struct wanted *wanted, const struct field *field)
{
	size_t len = strlen(field->path);

	if (len < wanted->len ||
	    !(wanted->is_element ? is_named_inside(field) : can_be_named(field)))
		return false;
	if (wanted->side != ANY_SIDE && field->in_value != (wanted->side == VALUE_SIDE))
		return false;

	size_t before = len - wanted->len;

	if (before && (!wanted->is_tail || field->path[before - 1] != '.'))
		return false;
	return memcmp(field->path + before, wanted->text, wanted->len) == 0;
}

/* A key or value as a whole, where a member of it is called the same: nobody means the whole by that. */
static bool is_shadowed(const struct field *field)
{
	if (field->parent != PLAN_NONE || field->name[0])
		return false;
	for (const struct field *below = field + 1; below <= field + field->n_below; below++)
		if (can_be_named(below) && strcmp(below->path, field->path) == 0)
			return true;
	return false;
}

static uint32_t next_fit(const struct plan *plan, const struct wanted *wanted, uint32_t from)
{
	while (from < plan->n_fields &&
	       (!fits(wanted, &plan->fields[from]) || is_shadowed(&plan->fields[from])))
		from++;
	return from;
}

void plan_name(const struct plan *plan, const struct field *field, struct buf *out)
{
	struct wanted wanted = {.text = field->path, .len = strlen(field->path)};
	SCOPED(buf) pattern = {0};

	if (field->element_of && plan_element_pattern(wanted.text, wanted.len, &pattern))
		wanted =
			(struct wanted){.text = pattern.at, .len = pattern.len, .is_element = true};
	uint32_t first = next_fit(plan, &wanted, 0);

	if (next_fit(plan, &wanted, first + 1) < plan->n_fields)
		buf_adds(out, field->in_value ? "value." : "key.");
	buf_adds(out, field->path);
}

static void offer(const struct plan *plan, uint32_t i, unsigned n_offered, struct buf *out)
{
	if (n_offered == MAX_OFFERS) {
		buf_adds(out, ", ...");
		return;
	}
	if (n_offered > MAX_OFFERS)
		return;
	if (n_offered)
		buf_adds(out, ", ");
	plan_name(plan, &plan->fields[i], out);
}

static void ambiguous(const struct plan *plan, const char *path, size_t len,
		      const struct wanted *wanted, struct err *err)
{
	SCOPED(buf) list = {0};
	unsigned n = 0;

	if (!err)
		return;
	for (uint32_t i = next_fit(plan, wanted, 0); i < plan->n_fields;
	     i = next_fit(plan, wanted, i + 1))
		offer(plan, i, n++, &list);
	err_set(err, -EINVAL, "'%.*s' may be several fields; say which: %s", (int)len, path,
		buf_text(&list));
}

static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

static const struct field *nearest(const struct plan *plan, const char *path, size_t len)
{
	const struct field *best = NULL;
	unsigned least = words_far(len);

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (!can_be_named(field))
			continue;
		if (words_nearer(path, len, field->path, &least) ||
		    words_nearer(path, len, last_part(field->path), &least))
			best = field;
	}
	return best;
}

static void unknown(const struct plan *plan, const char *path, size_t len, struct err *err)
{
	SCOPED(buf) list = {0};
	const struct field *near;
	unsigned n = 0;

	if (!err)
		return;
	near = nearest(plan, path, len);
	if (near) {
		plan_name(plan, near, &list);
		err_set(err, -ENOENT, "no field is called '%.*s'; did you mean '%s'?", (int)len,
			path, buf_text(&list));
		return;
	}
	for (uint32_t i = 0; i < plan->n_fields; i++)
		if (can_be_named(&plan->fields[i]) && field_is_leaf(&plan->fields[i]))
			offer(plan, i, n++, &list);
	err_set(err, -ENOENT, "no field is called '%.*s'; there %s %s", (int)len, path,
		num_noun(n, "is", "are"), n ? buf_text(&list) : "none");
}

static bool starts_with(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len > n && memcmp(text, prefix, n) == 0;
}

/* The field of the plan, an array's prototype too, that a path leads to. */
static const struct field *find_path(const struct plan *plan, const char *path, size_t len,
				     bool is_element, struct err *err)
{
	bool of_key = starts_with(path, len, "key."), of_value = starts_with(path, len, "value.");
	size_t side_len = of_key ? strlen("key.") : of_value ? strlen("value.") : 0;
	struct wanted whole = {.text = path, .len = len};
	struct wanted inside = {path + side_len, len - side_len, of_key ? KEY_SIDE : VALUE_SIDE};
	struct wanted ways[4] = {whole, inside, whole, inside};

	ways[2].is_tail = ways[3].is_tail = true;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		ways[i].is_element = is_element;
	for (size_t i = 0; i < ARRAY_LEN(ways) && len; i++) {
		if (i % 2 && !side_len)
			continue;
		uint32_t found = next_fit(plan, &ways[i], 0);

		if (found == plan->n_fields)
			continue;
		if (next_fit(plan, &ways[i], found + 1) == plan->n_fields)
			return &plan->fields[found];
		ambiguous(plan, path, len, &ways[i], err);
		return NULL;
	}
	unknown(plan, path, len, err);
	return NULL;
}

const struct field *plan_find(const struct plan *plan, const char *path, size_t len,
			      struct err *err)
{
	SCOPED(buf) pattern = {0};
	const struct field *proto;

	if (!memchr(path, '[', len))
		return find_path(plan, path, len, false, err);
	if (!plan_element_pattern(path, len, &pattern) && !pattern.failed)
		return find_path(plan, path, len, false, err);
	if (pattern.failed) {
		err_set(err, -ENOMEM, "not enough memory for '%.*s'", (int)len, path);
		return NULL;
	}
	proto = find_path(plan, pattern.at, pattern.len, true, err);
	return proto ? plan_element(plan, proto, path, len, err) : NULL;
}

const struct field *plan_lookup(const struct plan *plan, const char *path, size_t len)
{
	SCOPED(buf) pattern = {0};

	if (!memchr(path, '[', len) || !plan_element_pattern(path, len, &pattern))
		return find_path(plan, path, len, false, NULL);
	return find_path(plan, pattern.at, pattern.len, true, NULL);
}
