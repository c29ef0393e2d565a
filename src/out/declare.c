/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The key and value as C declarations that have exactly the plan's layout, wherever they are compiled.
 *
 * Members are written in the order of their bits. What the compiler would place elsewhere is packed: a
 * struct with bitfields, or with a member off its natural alignment. Gaps are written out, so that nothing
 * depends on the compiler's padding; a static assertion on the size proves it. Types are those of
 * <linux/types.h>, which BPF programs have, too; what the layout calls them otherwise stands behind as a comment. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/plan.h"
#include "out/declare.h"

static void write_group(struct declare *declare, const struct group *group, const char *tag);

static struct group group_of(const struct field *field)
{
	return (struct group){field + 1, field + 1 + field->n_below, field->offset, field->size,
			      field->kind == FIELD_UNION};
}

static const struct field *element_of(const struct field *field)
{
	while (field->kind == FIELD_ARRAY)
		field++;
	return field;
}

/* -- names -- */

static const char *const keywords[] = {
	"auto",	  "break",    "case",	"char",	    "const",	"continue", "default", "do",
	"double", "else",     "enum",	"extern",   "float",	"for",	    "goto",    "if",
	"inline", "int",      "long",	"register", "restrict", "return",   "short",   "signed",
	"sizeof", "static",   "struct", "switch",   "typedef",	"typeof",   "union",   "unsigned",
	"void",	  "volatile", "while",	"bool",	    "true",	"false",    "asm",
};

void declare_name(struct declare *declare, const char *name)
{
	const char *from = name;

	if (!isalpha((unsigned char)*name) && *name != '_')
		buf_addc(declare->out, '_');
	for (; *name; name++)
		buf_addc(declare->out, isalnum((unsigned char)*name) ? *name : '_');
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (strcmp(from, keywords[i]) == 0)
			buf_addc(declare->out, '_');
}

static bool has_member(const struct plan *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->n_fields; i++)
		if (strcmp(plan->fields[i].name, name) == 0)
			return true;
	return false;
}

/* "_pad3": a name that no member has. */
static void write_pad_name(struct declare *declare)
{
	char name[24];

	do
		snprintf(name, sizeof(name), "_pad%u", declare->n_pads++);
	while (has_member(declare->plan, name));
	buf_adds(declare->out, name);
}

static void write_indent(struct declare *declare)
{
	buf_addn(declare->out, '\t', declare->indent);
}

/* "__be32", where C calls it otherwise; nothing in it may end the comment. */
static void write_comment(struct declare *declare, const char *type, const char *shown)
{
	SCOPED(buf) tame = {0};

	if (!*type || strcmp(type, shown) == 0 || strstr(type, "*/"))
		return;
	utf8_tame(&tame, type, strlen(type));
	buf_addf(declare->out, " /* %s */", buf_text(&tame));
}

/* -- types of leaves -- */

struct c_type {
	const char *name;
	uint32_t align;
	uint32_t n_bytes; /* of an array that stands for it; 0: it is no array */
};

static struct c_type whole(uint32_t size, bool is_signed)
{
	static const char *const names[][2] = {
		[1] = {"__u8", "__s8"},
		[2] = {"__u16", "__s16"},
		[4] = {"__u32", "__s32"},
		[8] = {"__u64", "__s64"},
		[16] = {"unsigned __int128", "__int128"},
	};

	if (size >= ARRAY_LEN(names) || !names[size][0])
		return (struct c_type){"__u8", 1, size};
	return (struct c_type){names[size][is_signed], size, 0};
}

/* The type of a bitfield is the smallest that holds it. */
static struct c_type bits_type(const struct field *field)
{
	uint32_t size = 1;

	while (size * 8 < field->bit_size)
		size *= 2;
	return whole(size, field->kind == FIELD_INT || field->is_signed);
}

static struct c_type leaf_type(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_POINTER:
		return whole(field->size, false);
	case FIELD_INT:
		return whole(field->size, true);
	case FIELD_ENUM:
		return whole(field->size, field->is_signed);
	case FIELD_BOOL:
		return field->size == 1 ? (struct c_type){"bool", 1, 0} : whole(field->size, false);
	case FIELD_CHAR:
		return (struct c_type){"char", 1, 0};
	case FIELD_TEXT:
		return (struct c_type){"char", 1, field->size};
	case FIELD_REAL:
		if (field->size == sizeof(float))
			return (struct c_type){"float", sizeof(float), 0};
		if (field->size == sizeof(double))
			return (struct c_type){"double", sizeof(double), 0};
		return (struct c_type){"__u8", 1, field->size};
	default:
		return (struct c_type){"__u8", 1, field->size};
	}
}

/* -- where compilers would place things -- */

static uint64_t first_bit(const struct field *field, uint32_t base)
{
	return (uint64_t)(field->offset - base) * 8 + (field->is_bitfield ? field->bit_shift : 0);
}

static uint64_t n_bits(const struct field *field)
{
	return field->is_bitfield ? field->bit_size : (uint64_t)field->size * 8;
}

static bool is_packed(const struct group *group, uint32_t *align_ret);

static uint32_t align_of(const struct field *field)
{
	const struct field *element = element_of(field);
	struct group group;
	uint32_t align;

	if (!declare_is_group(element))
		return leaf_type(element).align;
	group = group_of(element);
	return is_packed(&group, &align) ? 1 : align;
}

static bool is_packed(const struct group *group, uint32_t *align_ret)
{
	*align_ret = 1;
	for (const struct field *field = group->from; field < group->end;
	     field += field->n_below + 1) {
		uint32_t align = field->is_bitfield ? 0 : align_of(field);

		if (!align || (field->offset - group->base) % align)
			return true;
		*align_ret = MAX_OF(*align_ret, align);
	}
	return group->size % *align_ret != 0;
}

/* -- writing -- */

static void write_dims(struct declare *declare, const struct field *field, uint32_t n_bytes,
		       bool is_array)
{
	for (; field->kind == FIELD_ARRAY; field++)
		buf_addf(declare->out, "[%u]", field->count);
	if (is_array)
		buf_addf(declare->out, "[%u]", n_bytes);
}

static void write_member(struct declare *declare, const struct field *field)
{
	const struct field *element = element_of(field);
	struct c_type type = field->is_bitfield ? bits_type(field) : leaf_type(element);
	struct group group = group_of(element);
	bool is_nameless = declare_is_group(element) && !field->name[0] && field == element;
	bool is_array = !declare_is_group(element) && !field->is_bitfield &&
			(type.n_bytes || element->kind == FIELD_TEXT ||
			 element->kind == FIELD_BYTES || element->kind == FIELD_SPECIAL);

	write_indent(declare);
	if (declare_is_group(element))
		write_group(declare, &group, "");
	else
		buf_adds(declare->out, type.name);
	if (!is_nameless) {
		buf_addc(declare->out, ' ');
		declare_name(declare, field->name);
	}
	if (field->is_bitfield)
		buf_addf(declare->out, " : %u", field->bit_size);
	write_dims(declare, field, type.n_bytes, is_array);
	buf_addc(declare->out, ';');
	if (!declare_is_group(element) || strchr(field->type, ' '))
		write_comment(declare, field->type, type.name);
	buf_addc(declare->out, '\n');
}

/* Bits up to the next whole byte, whole bytes, and the bits before the next field. */
static void write_gap(struct declare *declare, uint64_t from, uint64_t to)
{
	uint64_t head = MIN_OF((8 - from % 8) % 8, to - from);
	uint64_t n_bytes = (to - from - head) / 8, tail = (to - from - head) % 8;

	if (head) {
		write_indent(declare);
		buf_addf(declare->out, "__u8 : %u;\n", (unsigned)head);
	}
	if (n_bytes) {
		write_indent(declare);
		buf_adds(declare->out, "__u8 ");
		write_pad_name(declare);
		buf_addf(declare->out, "[%llu];\n", (unsigned long long)n_bytes);
	}
	if (tail) {
		write_indent(declare);
		buf_addf(declare->out, "__u8 : %u;\n", (unsigned)tail);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct field *x = *(const struct field *const *)a,
			   *y = *(const struct field *const *)b;
	uint64_t x_bit = first_bit(x, 0), y_bit = first_bit(y, 0);

	if (x_bit != y_bit)
		return x_bit < y_bit ? -1 : 1;
	return (x > y) - (x < y);
}

/* The members in order of place. NULL when out of memory. */
static const struct field **sorted(const struct group *group, size_t *n_ret)
{
	const struct field **members =
		calloc((size_t)(group->end - group->from) + 1, sizeof(*members));

	*n_ret = 0;
	if (!members)
		return NULL;
	for (const struct field *field = group->from; field < group->end;
	     field += field->n_below + 1)
		members[(*n_ret)++] = field;
	qsort(members, *n_ret, sizeof(*members), by_place);
	return members;
}

/* A member of a union that doesn't begin at its start stands in a struct behind what it leaves out. */
static void write_alternative(struct declare *declare, const struct field *field, uint64_t first)
{
	if (first == 0) {
		write_member(declare, field);
		return;
	}
	write_indent(declare);
	buf_adds(declare->out, "struct {\n");
	declare->indent++;
	write_gap(declare, 0, first);
	write_member(declare, field);
	declare->indent--;
	write_indent(declare);
	buf_adds(declare->out, "} __attribute__((packed));\n");
}

static uint64_t write_members(struct declare *declare, const struct group *group,
			      const struct field **members, size_t n)
{
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t first = first_bit(members[i], group->base);

		if (group->is_union) {
			write_alternative(declare, members[i], first);
			at = MAX_OF(at, first + n_bits(members[i]));
		} else if (first < at) {
			write_indent(declare);
			buf_adds(declare->out, "/* overlaps: ");
			declare_name(declare, members[i]->name);
			buf_adds(declare->out, " */\n");
		} else {
			write_gap(declare, at, first);
			write_member(declare, members[i]);
			at = first + n_bits(members[i]);
		}
	}
	return at;
}

/* "struct tag {...}", without what is declared so. */
static void write_group(struct declare *declare, const struct group *group, const char *tag)
{
	const struct field **members;
	uint64_t end = (uint64_t)group->size * 8, at;
	uint32_t align;
	size_t n;

	members = sorted(group, &n);
	if (!members) {
		declare->out->failed = true;
		return;
	}
	buf_adds(declare->out, group->is_union ? "union" : "struct");
	if (is_packed(group, &align))
		buf_adds(declare->out, " __attribute__((packed))");
	buf_addf(declare->out, "%s%s {\n", *tag ? " " : "", tag);
	declare->indent++;
	at = write_members(declare, group, members, n);
	if (at < end)
		write_gap(declare, group->is_union ? 0 : at, end);
	declare->indent--;
	write_indent(declare);
	buf_addc(declare->out, '}');
	free(members);
}

/* A struct or union by its tag, anything else by a typedef. */
void declare_root(struct declare *declare, const struct group *roots, const char *name)
{
	const struct field *root = roots->from;
	struct c_type type = leaf_type(element_of(root));
	bool is_leaf = declare_is_one(roots) && !declare_is_group(element_of(root));
	struct group group =
		declare_is_one(roots) && declare_is_group(root) ? group_of(root) : *roots;
	const char *keyword = is_leaf ? "" : group.is_union ? "union " : "struct ";

	if (is_leaf) {
		buf_addf(declare->out, "typedef %s %s", type.name, name);
		write_dims(declare, root, type.n_bytes, type.n_bytes != 0);
	} else {
		write_group(declare, &group, name);
	}
	buf_addf(declare->out, ";\n_Static_assert(sizeof(%s%s) == %u, \"its size in the map\");\n",
		 keyword, name, roots->size);
}
