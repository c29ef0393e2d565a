/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The layout as a table: a line a field, key first. Offsets of what lies in an array count from the
 * start of its element and carry a "+". Names come from whoever made the map, so they are tamed. */
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format.h"
#include "model/plan.h"

enum { MAX_CELL = 48 };

struct widths {
	size_t type, path;
};

/* What a caller has to add to a field's line. */
struct notes {
	void (*add)(const void *ctx, const struct field *field, struct buf *out);
	const void *ctx;
};

static void tame(const char *text, struct buf *out)
{
	utf8_tame(out, text, strlen(text));
}

static void path_text(const struct field *field, struct buf *out)
{
	bool is_anonymous = !field->name[0] && field->parent != PLAN_NONE && !field->in_array;

	if (is_anonymous)
		buf_adds(out, field->kind == FIELD_UNION ? "(union)" : "(struct)");
	else
		tame(field->path, out);
}

static size_t columns_of(const struct buf *text)
{
	return utf8_columns(buf_text(text), text->len);
}

static struct widths measure(const struct plan *plan)
{
	struct widths widths = {strlen("type"), strlen("field")};

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		SCOPED(buf) type = {0}, path = {0};

		tame(plan->fields[i].type, &type);
		path_text(&plan->fields[i], &path);
		widths.type = MAX_OF(widths.type, columns_of(&type));
		widths.path = MAX_OF(widths.path, columns_of(&path));
	}
	widths.type = MIN_OF(widths.type, (size_t)MAX_CELL);
	widths.path = MIN_OF(widths.path, (size_t)MAX_CELL);
	return widths;
}

/* Text, then blanks up to width, then two more. */
static void cell(const struct buf *text, size_t width, struct buf *out)
{
	size_t used = columns_of(text);

	buf_add(out, buf_text(text), text->len);
	buf_addn(out, ' ', (used < width ? width - used : 0) + 2);
}

static void place_text(const struct field *field, struct buf *out)
{
	SCOPED(buf) offset = {0}, size = {0};

	buf_addf(&offset, "%s%u", field->in_array ? "+" : "", field->offset);
	if (field->is_bitfield)
		buf_addf(&offset, ":%u", field->bit_shift);
	if (field->is_bitfield)
		buf_addf(&size, "%ub", field->bit_size);
	else
		buf_addu(&size, field->size);
	buf_addf(out, "%8s %6s  ", buf_text(&offset), buf_text(&size));
}

static void line(const struct field *field, const struct widths *widths, const struct notes *notes,
		 struct buf *out)
{
	SCOPED(buf) type = {0}, path = {0};

	tame(field->type, &type);
	path_text(field, &path);
	place_text(field, out);
	cell(&type, widths->type, out);
	cell(&path, widths->path, out);
	buf_adds(out, field->format->name);
	if (notes->add)
		notes->add(notes->ctx, field, out);
	else if (field->nature != NATURE_GUESSED)
		buf_addf(out, " %s", nature_names[field->nature]);
	if (field->is_hidden)
		buf_adds(out, " (hidden)");
	buf_addc(out, '\n');
}

static void side_text(const struct plan *plan, bool in_value, const struct widths *widths,
		      const struct notes *notes, struct buf *out)
{
	uint32_t from = in_value ? plan->n_key_fields : 0;
	uint32_t to = in_value ? plan->n_fields : plan->n_key_fields;
	uint32_t size = in_value ? plan->value_size : plan->key_size;

	buf_addf(out, "%s, %u %s\n", in_value ? "value" : "key", size,
		 num_noun(size, "byte", "bytes"));
	for (uint32_t i = from; i < to; i++)
		line(&plan->fields[i], widths, notes, out);
}

void plan_text(const struct plan *plan,
	       void (*note)(const void *ctx, const struct field *field, struct buf *out),
	       const void *ctx, struct buf *out)
{
	const struct notes notes = {note, ctx};
	struct widths widths = measure(plan);
	SCOPED(buf) type = {0}, field = {0};

	buf_adds(&type, "type");
	buf_adds(&field, "field");
	buf_addf(out, "%8s %6s  ", "offset", "size");
	cell(&type, widths.type, out);
	cell(&field, widths.path, out);
	buf_adds(out, "format\n");
	if (plan->key_size)
		side_text(plan, false, &widths, &notes, out);
	if (plan->value_size)
		side_text(plan, true, &widths, &notes, out);
}

void plan_about(const struct plan *plan, struct buf *out)
{
	buf_addf(out, "  layout     %s%s\n", plan->is_typed ? "from " : "", plan->origin);
	if (!plan->why_bytes && plan->is_typed)
		return;
	buf_adds(out, "  bytes      ");
	if (plan->why_bytes)
		buf_addf(out, "because %s; ", plan->why_bytes);
	buf_adds(out, "--schema FILE or --btf FILE gives fields");
	buf_adds(out, plan_has_unknown(plan) ? ", --hex-width BYTES words\n" : "\n");
}
