/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A walk over the plan in its own order. An array's prototype is visited once an element, with the
 * element's place as the base of its offsets; elements that are one line each and not asked for are
 * counted, not visited. */
#include "ui/outline.h"

#include <stdio.h>
#include <string.h>

#include "base/tidy.h"

enum { INDENT = 2, ELEMENT_LABEL = 7 };

struct walk {
	const struct plan *plan;
	const struct folds *folds;
	size_t first, end; /* lines that are asked for */
	size_t line;
	struct buf path;
	outline_fn *fn;
	void *ctx;
};

/* Where a field is: in which elements, how deep, under which line. */
struct spot {
	uint32_t base;
	bool is_element;
	int depth;
	size_t parent;
};

void folds_release(struct folds *folds)
{
	buf_release(&folds->paths);
}

/* Where the path begins in the list, or NULL. */
static char *find_path(const struct folds *folds, const char *path)
{
	for (char *at = folds->paths.at, *end = at + folds->paths.len; at < end;
	     at += strlen(at) + 1)
		if (strcmp(at, path) == 0)
			return at;
	return NULL;
}

void folds_toggle(struct folds *folds, const char *path)
{
	char *at = find_path(folds, path);
	size_t size = strlen(path) + 1;

	if (!at) {
		buf_add(&folds->paths, path, size);
		return;
	}
	memmove(at, at + size, folds->paths.len - (size_t)(at + size - folds->paths.at));
	buf_cut(&folds->paths, folds->paths.len - size);
}

void folds_all(struct folds *folds)
{
	folds->all = folds->all == FOLDS_USUAL	? FOLDS_OPEN
		     : folds->all == FOLDS_OPEN ? FOLDS_SHUT
						: FOLDS_USUAL;
	buf_clear(&folds->paths);
}

bool folds_open(const struct folds *folds, bool is_usual, const char *path)
{
	bool open = is_usual;

	if (folds->all != FOLDS_USUAL)
		open = folds->all == FOLDS_OPEN;
	return open != (folds->paths.len && find_path(folds, path));
}

static bool can_fold(const struct field *field)
{
	return field_is_nested(field) && field->n_below &&
	       (field->kind != FIELD_ARRAY || field->count);
}

/* Elements that are structs are folded like arrays: there may be many. */
static bool is_open(const struct walk *walk, const struct field *field, bool is_element)
{
	return folds_open(walk->folds, field->kind != FIELD_ARRAY && !is_element,
			  buf_text(&walk->path));
}

static bool is_shown(const struct field *field)
{
	return !field->is_hidden && field->kind != FIELD_SPECIAL;
}

static void walk_field(struct walk *walk, uint32_t i, struct spot spot, const char *label);

static void walk_members(struct walk *walk, uint32_t i, struct spot spot)
{
	const struct plan *plan = walk->plan;
	uint32_t end = i + 1 + plan->fields[i].n_below;

	spot.is_element = false;
	for (uint32_t at = i + 1; at < end; at += 1 + plan->fields[at].n_below) {
		size_t len = walk->path.len;
		const char *name = plan->fields[at].name;

		if (*name)
			buf_addf(&walk->path, "%s%s", len ? "." : "", name);
		walk_field(walk, at, spot, name);
		buf_cut(&walk->path, len);
	}
}

static void walk_elements(struct walk *walk, uint32_t i, struct spot spot)
{
	const struct field *array = &walk->plan->fields[i];
	bool is_line = !can_fold(array + 1) && is_shown(array + 1);
	size_t len = walk->path.len, n = 0;
	char label[24];

	spot.base += array->offset;
	spot.is_element = true;
	if (is_line && walk->line < walk->first)
		n = MIN_OF(walk->first - walk->line, (size_t)array->count);
	walk->line += n;
	spot.base += (uint32_t)n * array->stride;
	for (; n < array->count && (!is_line || walk->line < walk->end); n++) {
		snprintf(label, sizeof(label), "[%zu]", n);
		buf_adds(&walk->path, label);
		walk_field(walk, i + 1, spot, label);
		buf_cut(&walk->path, len);
		spot.base += array->stride;
	}
	walk->line += array->count - n;
}

static void walk_field(struct walk *walk, uint32_t i, struct spot spot, const char *label)
{
	const struct field *field = &walk->plan->fields[i];
	struct field element = *field;
	struct outline_line line = {.field = field,
				    .base = spot.base,
				    .path = buf_text(&walk->path),
				    .label = label,
				    .depth = spot.depth,
				    .can_fold = can_fold(field),
				    .number = walk->line,
				    .parent = spot.depth ? spot.parent : walk->line};
	bool is_nameless = !*label && line.can_fold && field->kind != FIELD_ARRAY;

	if (!is_shown(field))
		return;
	line.is_open = is_nameless || (line.can_fold && is_open(walk, field, spot.is_element));
	if (field->in_array && !line.can_fold) {
		element.offset += spot.base;
		element.in_array = false;
		element.element_of = field;
		plan_limit_element(walk->plan, field, &element);
		line.field = &element;
	}
	if (!is_nameless) {
		if (walk->line >= walk->first && walk->line < walk->end)
			walk->fn(walk->ctx, &line);
		walk->line++;
		spot.depth++;
		spot.parent = line.number;
	}
	if (line.is_open && field->kind == FIELD_ARRAY)
		walk_elements(walk, i, spot);
	else if (line.is_open)
		walk_members(walk, i, spot);
}

size_t outline_lines(const struct plan *plan, struct outline_range of, const struct folds *folds,
		     size_t first, size_t n, outline_fn *fn, void *ctx)
{
	struct walk walk = {.plan = plan,
			    .folds = folds,
			    .first = first,
			    .end = first + n,
			    .fn = fn,
			    .ctx = ctx};
	uint32_t i = of.first, end = of.end;

	for (; i < end; i += 1 + plan->fields[i].n_below) {
		const struct field *root = &plan->fields[i];
		bool is_struct = can_fold(root) && root->kind != FIELD_ARRAY && !plan->is_variables;

		/* A root that is no struct has no name of its own. */
		buf_clear(&walk.path);
		buf_adds(&walk.path, is_struct ? "" : root->path);
		walk_field(&walk, i, (struct spot){0}, is_struct ? "" : root->path);
	}
	buf_release(&walk.path);
	return walk.line;
}

bool outline_folds(const struct plan *plan, struct outline_range of)
{
	uint32_t i = of.first, end = of.end;

	for (; i < end; i++) {
		const struct field *field = &plan->fields[i];

		if (can_fold(field) && is_shown(field) &&
		    (*field->name || field->kind == FIELD_ARRAY))
			return true;
	}
	return false;
}

/* Levels of lines above a field. */
static int depth_of(const struct plan *plan, const struct field *field)
{
	int depth = 0;

	for (uint32_t i = field->parent; i != PLAN_NONE; i = plan->fields[i].parent) {
		const struct field *around = &plan->fields[i];

		depth += *around->name || around->in_array || around->kind == FIELD_ARRAY;
	}
	return depth;
}

int outline_label_columns(const struct plan *plan, struct outline_range of)
{
	uint32_t i = of.first, end = of.end;
	bool folds = outline_folds(plan, of);
	int width = 0;

	for (; i < end; i++) {
		const struct field *field = &plan->fields[i];
		int label =
			(int)strlen(*field->name || field->in_array ? field->name : field->path);

		if (!is_shown(field))
			continue;
		if (field->in_array && !*field->name)
			label = ELEMENT_LABEL;
		width = MAX_OF(width, label + INDENT * depth_of(plan, field));
	}
	return width + (folds ? INDENT : 0);
}
