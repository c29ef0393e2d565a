/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A million entries are written in a fraction of a second because nothing is decided twice: braces,
 * names and commas of a whole key or value are laid out when the program is compiled, and an op is
 * "add this text, then the value of that leaf".
 *
 * An array op is followed by the n_body ops of its element, which run once an element. Text behind
 * the last leaf of a program or element stands in an op of its own, without a leaf.
 *
 * Most leaves are unsigned numbers. Room for all that follow each other is made at once, and text goes there
 * in whole blocks: what is written too far is written over by what comes next. */
#include "out/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_range.h"
#include "model/maptype.h"
#include "model/table.h"

enum { TEXT_BLOCK = 16 };

struct entry_op {
	const char *text; /* before the value; whole blocks of it can be read */
	uint32_t text_len;
	uint32_t n_body; /* of an array: ops of its element, which follow */
	leaf_fn *write;	 /* NULL: text alone, or an array */
	const struct field *field;
	bool is_number;
	uint32_t n_numbers;    /* it and those behind it that are numbers, 0: it is none */
	uint32_t number_bytes; /* that they take at most */
};

/* -- compiling -- */

struct build {
	struct entry_writer *writer;
	const struct plan *plan;
	struct buf text; /* not yet in an op */
	struct entry_op *ops;
	uint32_t n_ops, cap_ops;
	bool failed; /* out of memory, sticky */
};

static void emit_value(struct build *build, uint32_t i);

static uint32_t blocks_bytes(size_t text_len)
{
	return (uint32_t)((text_len + TEXT_BLOCK - 1) / TEXT_BLOCK * TEXT_BLOCK);
}

static const char *text_blocks(struct build *build)
{
	char *text = arena_alloc(&build->writer->mem, blocks_bytes(build->text.len));

	return text ? memcpy(text, buf_text(&build->text), build->text.len) : NULL;
}

/* Adds an op that takes the text so far. returns its place. */
static uint32_t emit_op(struct build *build, const struct field *field, leaf_fn *write)
{
	struct entry_op op = {.field = field, .write = write, .text_len = build->text.len};

	if (build->n_ops == build->cap_ops) {
		uint32_t cap = build->cap_ops ? build->cap_ops * 2 : 16;
		struct entry_op *grown = reallocarray(build->ops, cap, sizeof(*grown));

		if (!grown) {
			build->failed = true;
			return 0;
		}
		build->ops = grown;
		build->cap_ops = cap;
	}
	op.text = text_blocks(build);
	build->failed |= !op.text || build->text.failed;
	buf_clear(&build->text);
	build->ops[build->n_ops] = op;
	return build->n_ops++;
}

static void emit_name(struct build *build, const char *name, bool *needs_comma)
{
	struct json json;

	if (*needs_comma)
		buf_addc(&build->text, ',');
	*needs_comma = true;
	json_init(&json, &build->text);
	json_text(&json, name);
	buf_addc(&build->text, ':');
}

/* Fields [first, end) and what is below them as members of an open brace. Members of anonymous structs
 * and unions stand in their parent; with bpftool, under a name without letters. */
static void emit_members(struct build *build, uint32_t first, uint32_t end, bool *needs_comma)
{
	const struct field *fields = build->plan->fields;
	bool keeps_anonymous = build->writer->style == LEAF_BPFTOOL;

	for (uint32_t i = first; i < end; i += 1 + fields[i].n_below) {
		if (*fields[i].name || keeps_anonymous) {
			emit_name(build, fields[i].name, needs_comma);
			emit_value(build, i);
		} else if (fields[i].kind == FIELD_STRUCT || fields[i].kind == FIELD_UNION) {
			emit_members(build, i + 1, i + 1 + fields[i].n_below, needs_comma);
		}
	}
}

static void emit_object(struct build *build, uint32_t first, uint32_t end)
{
	bool needs_comma = false;

	buf_addc(&build->text, '{');
	emit_members(build, first, end, &needs_comma);
	buf_addc(&build->text, '}');
}

static void emit_array(struct build *build, uint32_t i)
{
	uint32_t op;

	buf_addc(&build->text, '[');
	op = emit_op(build, &build->plan->fields[i], NULL);
	emit_value(build, i + 1);
	if (build->text.len)
		emit_op(build, NULL, NULL);
	if (!build->failed)
		build->ops[op].n_body = build->n_ops - op - 1;
	buf_addc(&build->text, ']');
}

/* What groups are by may be no value of any map: networks, ranges, addresses cut out of their structs. Such
 * is written as it is shown. */
static enum leaf_style style_of(const struct build *build, const struct field *field)
{
	bool is_group = build->writer->context.table->share_of && !field->in_value;

	if (is_group && (field->kind == FIELD_BYTES || format_is_range(field->format)))
		return LEAF_FORMATTED;
	return build->writer->style;
}

static void emit_leaf(struct build *build, const struct field *field)
{
	enum leaf_style style = style_of(build, field);
	uint32_t op = emit_op(build, field, leaf_writer(field, style));

	if (!build->failed)
		build->ops[op].is_number = !field->limit_from && leaf_is_number(field, style);
}

static void emit_value(struct build *build, uint32_t i)
{
	const struct field *field = &build->plan->fields[i];

	if (build->failed)
		return;
	if (!field_is_container(field) || leaf_is_whole(field, build->writer->style))
		emit_leaf(build, field);
	else if (field->kind == FIELD_ARRAY)
		emit_array(build, i);
	else
		emit_object(build, i + 1, i + 1 + field->n_below);
}

static void count_numbers(struct build *build)
{
	const struct entry_op *next = NULL;

	for (uint32_t i = build->n_ops; i-- > 0; next = &build->ops[i]) {
		struct entry_op *op = &build->ops[i];

		if (!op->is_number)
			continue;
		op->n_numbers = 1 + (next ? next->n_numbers : 0);
		op->number_bytes =
			blocks_bytes(op->text_len) + DIGITS_ROOM + (next ? next->number_bytes : 0);
	}
}

static int finish_program(struct build *build, struct entry_program *program)
{
	size_t n_bytes;

	if (build->text.len)
		emit_op(build, NULL, NULL);
	count_numbers(build);
	n_bytes = build->n_ops * sizeof(*build->ops);
	program->n_ops = build->n_ops;
	program->ops = build->failed ? NULL : arena_alloc(&build->writer->mem, n_bytes);
	if (program->ops)
		memcpy(program->ops, build->ops, n_bytes);
	free(build->ops);
	buf_release(&build->text);
	return program->ops ? 0 : -ENOMEM;
}

static int compile_variable(struct entry_writer *writer, uint32_t root,
			    struct entry_program *program)
{
	struct build build = {.writer = writer, .plan = &writer->context.table->plan};

	emit_value(&build, root);
	return finish_program(&build, program);
}

/* The key or the value, roots [first, end): one without a name stands for itself, others are members
 * of an object. */
static int compile_side(struct entry_writer *writer, uint32_t first, uint32_t end,
			struct entry_program *program)
{
	struct build build = {.writer = writer, .plan = &writer->context.table->plan};
	const struct field *fields = build.plan->fields;

	if (first == end)
		buf_adds(&build.text, "null");
	else if (!*fields[first].name && first + 1 + fields[first].n_below == end)
		emit_value(&build, first);
	else
		emit_object(&build, first, end);
	return finish_program(&build, program);
}

static int compile_variables(struct entry_writer *writer, const struct plan *plan)
{
	int r = 0;

	writer->variables =
		arena_array(&writer->mem, plan->n_variables, sizeof(*writer->variables));
	if (!writer->variables && plan->n_variables)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < plan->n_variables; i++)
		r = compile_variable(writer, plan->variables[i], &writer->variables[i]);
	return r;
}

int entry_writer_init(struct entry_writer *writer, const struct table *table, enum leaf_style style)
{
	const struct plan *plan = &table->plan;
	int r;

	*writer = (struct entry_writer){.context.table = table, .style = style};
	if (plan->is_variables)
		r = compile_variables(writer, plan);
	else
		r = compile_side(writer, 0, plan->n_key_fields, &writer->key);
	if (!r && !plan->is_variables)
		r = compile_side(writer, plan->n_key_fields, plan->n_fields, &writer->value);
	if (r)
		entry_writer_release(writer);
	return r;
}

void entry_writer_release(struct entry_writer *writer)
{
	if (!writer)
		return;
	leaf_context_release(&writer->context);
	arena_release(&writer->mem);
	*writer = (struct entry_writer){0};
}

/* -- writing -- */

static void write_numbers(const struct entry_op *op, uint32_t n, const uint8_t *base,
			  struct buf *out)
{
	char *at = buf_room(out, op->number_bytes);

	if (!at)
		return;
	for (const struct entry_op *end = op + n; op < end; op++) {
		for (uint32_t k = 0; k < op->text_len; k += TEXT_BLOCK)
			memcpy(at + k, op->text + k, TEXT_BLOCK);
		at = digits_put(at + op->text_len, decode_u64(op->field, base));
	}
	buf_end_at(out, at);
}

static void run(struct entry_writer *writer, const struct entry_op *ops, uint32_t n_ops,
		const uint8_t *base, struct buf *out);

static void write_leaf(struct entry_writer *writer, const struct entry_op *op, const uint8_t *base,
		       struct buf *out)
{
	struct field cut;
	const struct field *there = format_there(op->field, op->field->format, base, &cut);

	if (there)
		op->write(&writer->context, there, base, out);
	else
		buf_adds(out, "null");
}

static void write_elements(struct entry_writer *writer, const struct entry_op *op,
			   const uint8_t *base, struct buf *out)
{
	const struct field *array = op->field;
	uint32_t n_there = array->stride ? field_length(array, base) / array->stride : array->count;

	for (uint32_t i = 0; i < array->count; i++) {
		if (i)
			buf_addc(out, ',');
		if (i < n_there)
			run(writer, op + 1, op->n_body,
			    base + array->offset + (size_t)i * array->stride, out);
		else
			buf_adds(out, "null");
	}
}

static void run(struct entry_writer *writer, const struct entry_op *ops, uint32_t n_ops,
		const uint8_t *base, struct buf *out)
{
	for (uint32_t i = 0, n; i < n_ops; i += n) {
		const struct entry_op *op = &ops[i];

		/* Of an array's element the last may have numbers behind the array behind it. */
		n = MIN_OF(op->n_numbers, n_ops - i);
		if (n) {
			write_numbers(op, n, base, out);
			continue;
		}
		n = 1 + op->n_body;
		buf_add(out, op->text, op->text_len);
		if (op->write)
			write_leaf(writer, op, base, out);
		else if (op->n_body)
			write_elements(writer, op, base, out);
	}
}

static void write_value(struct entry_writer *writer, const struct entry_program *program,
			const uint8_t *value, struct buf *out)
{
	const struct map *map = &writer->context.table->map;
	size_t stride = map_cpu_stride(map);

	if (!map->type->is_per_cpu) {
		buf_adds(out, "\"value\":");
		run(writer, program->ops, program->n_ops, value, out);
		return;
	}
	buf_adds(out, "\"values\":[");
	for (uint32_t cpu = 0; cpu < map->n_cpus; cpu++) {
		buf_adds(out, cpu ? ",{\"cpu\":" : "{\"cpu\":");
		buf_addu(out, writer->style == LEAF_BPFTOOL ? cpu : map_cpu_number(map, cpu));
		buf_adds(out, ",\"value\":");
		run(writer, program->ops, program->n_ops, value + cpu * stride, out);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

/* Maps of struct_ops have no type of a key; bpftool shows none then. */
static bool is_keyless(const struct entry_writer *writer)
{
	const struct map *map = &writer->context.table->map;

	return writer->style == LEAF_BPFTOOL && map->btf_vmlinux_value_type_id &&
	       !map->btf_key_type_id;
}

static void write_variable(struct entry_writer *writer, size_t row, struct buf *out)
{
	const struct table *table = writer->context.table;
	const struct field *variable = &table->plan.fields[table->plan.variables[row]];
	struct json json;

	buf_adds(out, "\"key\":");
	json_init(&json, out);
	json_text(&json, variable->name);
	buf_addc(out, ',');
	write_value(writer, &writer->variables[row], snap_value(table->current, 0), out);
}

void entry_write(struct entry_writer *writer, size_t row, struct buf *out)
{
	const struct table *table = writer->context.table;
	size_t size;

	if (table->plan.is_variables) {
		write_variable(writer, row, out);
		return;
	}
	if (!is_keyless(writer)) {
		buf_adds(out, "\"key\":");
		run(writer, writer->key.ops, writer->key.n_ops, table_key(table, row, &size), out);
		buf_addc(out, ',');
	}
	write_value(writer, &writer->value, table_value(table, row, &size), out);
}

void entry_write_section(struct entry_writer *writer, const char *section, struct buf *out)
{
	const struct table *table = writer->context.table;
	const struct plan *plan = &table->plan;
	struct json json;

	buf_adds(out, "\"value\":{");
	json_init(&json, out);
	json_text(&json, section);
	buf_adds(out, ":[");
	for (uint32_t i = 0; i < plan->n_variables; i++) {
		const struct entry_program *variable = &writer->variables[i];

		buf_adds(out, i ? ",{" : "{");
		json_init(&json, out);
		json_text(&json, plan->fields[plan->variables[i]].name);
		buf_addc(out, ':');
		run(writer, variable->ops, variable->n_ops, snap_value(table->current, 0), out);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
}
