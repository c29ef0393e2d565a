/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Walks along single types: chains of typedefs, qualifiers and pointers. Nothing here trusts the BTF:
 * ids are looked up with a bound and every chain is cut after BTFTYPE_MAX_CHAIN links, so loops end.
 *
 * Tags are gathered once into an array sorted by (type, component), since BTF hangs a tag on its
 * target and not the other way round. */
#include "read/btftype.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/format.h"

static const char tag_prefix[] = "bpfmaptop:", enum_prefix[] = "enum:";

const char *btftype_name(const struct btf *btf, uint32_t name_off)
{
	const char *name = btf__str_by_offset(btf, name_off);

	return name ? name : "";
}

bool btftype_peel(const struct btf_type *t, uint32_t *next_ret)
{
	if (!btf_is_typedef(t) && !btf_is_mod(t) && !btf_is_type_tag(t))
		return false;
	*next_ret = t->type;
	return true;
}

int64_t btftype_resolve(const struct btf *btf, uint32_t id)
{
	for (int i = 0; i < BTFTYPE_MAX_CHAIN; i++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (!t)
			return -EINVAL;
		if (!btftype_peel(t, &id))
			return id;
	}
	return -EINVAL;
}

bool btftype_is_char(const struct btf *btf, const struct btf_type *t)
{
	if (!btf_is_int(t) || t->size != 1 || btf_int_bits(t) != 8)
		return false;
	return (btf_int_encoding(t) & BTF_INT_CHAR) ||
	       strcmp(btftype_name(btf, t->name_off), "char") == 0;
}

/* What stands before the name of a type of this kind; NULL: the kind has no name of its own. */
static const char *const keywords[] = {
	[BTF_KIND_INT] = "",	   [BTF_KIND_STRUCT] = "struct ", [BTF_KIND_UNION] = "union ",
	[BTF_KIND_ENUM] = "enum ", [BTF_KIND_FWD] = "struct ",	  [BTF_KIND_TYPEDEF] = "",
	[BTF_KIND_FLOAT] = "",	   [BTF_KIND_ENUM64] = "enum ",	  [BTF_KIND_DATASEC] = "",
	[BTF_KIND_VAR] = "",	   [BTF_KIND_FUNC] = "",
};

static void named_text(const struct btf *btf, const struct btf_type *t, struct buf *out)
{
	size_t kind = btf_kind(t);
	const char *keyword = kind < ARRAY_LEN(keywords) ? keywords[kind] : NULL;
	const char *name = btftype_name(btf, t->name_off);

	if (kind == BTF_KIND_UNKN)
		buf_adds(out, "void");
	else if (!keyword)
		buf_adds(out, "?"); /* a chain too long to follow */
	else if (kind == BTF_KIND_FWD && btf_kflag(t))
		buf_addf(out, "union %s", name);
	else if (*name)
		buf_addf(out, "%s%s", keyword, name);
	else /* "struct " without its blank */
		buf_add(out, keyword, *keyword ? strlen(keyword) - 1 : 0);
}

/* Puts text around the declarator so far; a star binds less than what follows it: (*)[3]. */
static void wrap(struct buf *declarator, const char *before, const char *after)
{
	SCOPED(buf) inner = *declarator;
	const char *text = buf_text(&inner);
	bool is_loose = *after && *text == '*';

	*declarator = (struct buf){0};
	buf_addf(declarator, is_loose ? "%s(%s)%s" : "%s%s%s", before, text, after);
	declarator->failed |= inner.failed;
}

/* C declares inside out: on the way from the outermost type to the base type, a declarator grows
 * around the place where the name would stand. */
void btftype_text(const struct btf *btf, uint32_t id, struct buf *out)
{
	SCOPED(buf) declarator = {0};
	const struct btf_type *t = NULL;
	char dimension[16];

	for (int i = 0; i < BTFTYPE_MAX_CHAIN; i++) {
		t = btf__type_by_id(btf, id);
		if (!t)
			return;
		if (btf_is_array(t)) {
			snprintf(dimension, sizeof(dimension), "[%u]", btf_array(t)->nelems);
			wrap(&declarator, "", dimension);
			id = btf_array(t)->type;
			continue;
		}
		if (btf_is_typedef(t) ||
		    !(btf_is_mod(t) || btf_is_type_tag(t) || btf_is_ptr(t) || btf_is_func_proto(t)))
			break;
		if (btf_is_ptr(t))
			wrap(&declarator, "*", "");
		else if (btf_is_func_proto(t))
			wrap(&declarator, "", "()");
		id = t->type;
	}
	named_text(btf, t, out);
	if (strchr("*(", *buf_text(&declarator)) && declarator.len)
		buf_addc(out, ' ');
	buf_adds(out, buf_text(&declarator));
	out->failed |= declarator.failed;
}

void btftags_release(struct btftags *tags)
{
	if (!tags)
		return;
	free(tags->at);
	*tags = (struct btftags){0};
}

static int tag_add(struct btftags *tags, struct btftag tag)
{
	if (tags->n == tags->cap) {
		size_t cap = tags->cap ? tags->cap * 2 : 16;
		struct btftag *grown = reallocarray(tags->at, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		tags->at = grown;
		tags->cap = cap;
	}
	tags->at[tags->n++] = tag;
	return 0;
}

static int tag_compare(const void *a, const void *b)
{
	const struct btftag *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->component > y->component) - (x->component < y->component);
}

int btftags_collect(struct btftags *tags, const struct btf *btf)
{
	uint32_t n_types = btf__type_cnt(btf);

	for (uint32_t id = 1; id < n_types; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *text;

		if (!t || !btf_is_decl_tag(t))
			continue;
		text = btftype_name(btf, t->name_off);
		if (strncmp(text, tag_prefix, sizeof(tag_prefix) - 1) != 0)
			continue;
		struct btftag tag = {.type = t->type,
				     .component = btf_decl_tag(t)->component_idx,
				     .text = text + sizeof(tag_prefix) - 1};

		if (tag_add(tags, tag))
			return -ENOMEM;
	}
	if (tags->n)
		qsort(tags->at, tags->n, sizeof(*tags->at), tag_compare);
	return 0;
}

/* The first place at or behind (type, component). */
static size_t tag_lower(const struct btftags *tags, const struct btftag *wanted)
{
	size_t low = 0, high = tags->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tag_compare(&tags->at[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void btftags_mark(const struct btftags *tags, uint32_t type, int32_t component,
		  struct btfmarks *marks)
{
	const struct btftag wanted = {.type = type, .component = component};

	size_t first = tag_lower(tags, &wanted), end = MIN_OF(tags->n, first + BTFTAGS_MAX);

	for (size_t i = first; i < end && tag_compare(&tags->at[i], &wanted) == 0; i++) {
		const char *text = tags->at[i].text;
		const struct format *format;

		if (strcmp(text, "hide") == 0) {
			marks->is_hidden = true;
			continue;
		}
		if (strncmp(text, enum_prefix, sizeof(enum_prefix) - 1) == 0) {
			marks->enum_name = text + sizeof(enum_prefix) - 1;
			continue;
		}
		format = format_named(text, strlen(text));
		if (!format)
			log_add(LOG_WARN, "BTF tag '%s%s' names no format", tag_prefix, text);
		else if (!marks->format)
			marks->format = format;
	}
}
