/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a path leads nowhere: the longest part of it that leads somewhere is looked for, and what stands there
 * says what could have followed. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/plan.h"

enum { MOST_MEMBERS = 8 };

/* A path, cut where it stops leading anywhere. */
struct broken {
	const char *path;
	size_t len, known;	   /* bytes; path[known] is one of . [ @ */
	const struct field *field; /* that the known part leads to */
	const struct plan *plan;
};

/* The place that is typed lies behind the last one. */
static bool is_beyond(const struct broken *broken)
{
	const char *place = broken->path + broken->known + 1;

	return *place == ']' || !isdigit((unsigned char)*place) ||
	       strtoull(place, NULL, 10) >= broken->field->count;
}

/* A place that isn't there comes before everything behind it. */
static bool find_missing_place(struct broken *broken)
{
	for (broken->known = 1; broken->known < broken->len; broken->known++) {
		if (broken->path[broken->known] != '[')
			continue;
		broken->field = plan_lookup(broken->plan, broken->path, broken->known);
		if (broken->field && broken->field->kind == FIELD_ARRAY && is_beyond(broken))
			return true;
	}
	return false;
}

static bool find_break(struct broken *broken)
{
	for (broken->known = broken->len; broken->known-- > 1;) {
		if (!strchr(".[@", broken->path[broken->known]))
			continue;
		broken->field = plan_lookup(broken->plan, broken->path, broken->known);
		if (broken->field)
			return true;
	}
	return false;
}

static int at_break(const struct broken *broken)
{
	return (int)broken->known + 2;
}

static void add_members(const struct broken *broken, struct buf *out)
{
	const struct field *fields = broken->plan->fields;
	uint32_t first = (uint32_t)(broken->field - fields) + 1;
	unsigned n = 0;

	for (uint32_t i = first; i < first + broken->field->n_below; i += 1 + fields[i].n_below) {
		if (!fields[i].name[0])
			continue;
		if (n == MOST_MEMBERS)
			buf_adds(out, ", ...");
		if (n++ < MOST_MEMBERS)
			buf_addf(out, "%s%s", n > 1 ? ", " : "", fields[i].name);
	}
}

static void no_member(const struct broken *broken, struct err *err)
{
	const char *member = broken->path + broken->known + 1;
	size_t len = 0, rest = broken->len - broken->known - 1;
	SCOPED(buf) members = {0};

	while (len < rest && !strchr(".[@", member[len]))
		len++;
	add_members(broken, &members);
	if (!len) {
		err_at(err, at_break(broken), "expected a member of '%.*s', one of %s",
		       (int)broken->known, broken->path, buf_text(&members));
		return;
	}
	err_at(err, at_break(broken), "'%.*s' has no member '%.*s'; it has %s", (int)broken->known,
	       broken->path, (int)len, member, buf_text(&members));
}

static void no_array(const struct broken *broken, struct err *err)
{
	const char *place = broken->path + broken->known;
	const char *end = memchr(place, ']', broken->len - broken->known);
	size_t len = end ? (size_t)(end + 1 - place) : broken->len - broken->known;

	err_at(err, at_break(broken) - 1, "'%.*s' is no array, so it has no '%.*s'",
	       (int)broken->known, broken->path, (int)len, place);
}

static void no_element(const struct broken *broken, struct err *err)
{
	int known = (int)broken->known;
	const char *path = broken->path, *place = path + known;
	uint32_t count = broken->field->count;

	if (*place == '.')
		err_at(err, known + 1, "'%.*s' is an array; say which of its %u %s, like [0]",
		       known, path, count, num_noun(count, "element", "elements"));
	else if (!isdigit((unsigned char)place[1]))
		err_at(err, known + 2, "expected the place of an element, like [0]");
	else
		err_at(err, known + 1, "'%.*s' has %u %s; the last one is [%d]", known, path, count,
		       num_noun(count, "element", "elements"), (int)count - 1);
}

bool plan_explain(const struct plan *plan, const char *path, size_t len, struct err *err)
{
	struct broken broken = {.path = path, .len = len, .plan = plan};
	struct err why = {0};
	bool is_place;

	/* all of it leads somewhere, but to several fields, or to one that has several */
	if (!plan_find(plan, path, len, &why) && why.code == -EINVAL) {
		*err = why;
		return true;
	}
	if (!find_missing_place(&broken) && !find_break(&broken))
		return false;
	if (path[broken.known] == '@')
		return false;
	is_place = path[broken.known] == '[';
	if (broken.field->kind == FIELD_ARRAY) {
		if (is_place && !is_beyond(&broken))
			return false;
		no_element(&broken, err);
	} else if (is_place) {
		no_array(&broken, err);
	} else if (field_is_container(broken.field) && field_is_nested(broken.field)) {
		no_member(&broken, err);
	} else {
		return false;
	}
	return true;
}
