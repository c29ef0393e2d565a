/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Fields by hand, and what a format makes of them. */
#pragma once

#include "tests/unit/plan_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format.h"

static inline const struct format *named(const char *name)
{
	const struct format *format = format_named(name, strlen(name));

	if (!format)
		fail_msg("no format '%s'", name);
	return format;
}

static inline void print(const struct field *field, const void *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	buf_clear(out);
	field->format->print(field, base, style, lookups, out);
}

#define U(size) LEAF(FIELD_UINT, "", "x", 0, size)
#define S(size) LEAF(FIELD_INT, "", "x", 0, size)
#define R(size) LEAF(FIELD_REAL, "", "x", 0, size)
#define B(size) LEAF(FIELD_BYTES, "", "x", 0, size)
#define BE16	LEAF(FIELD_UINT, "const __be16", "x", 0, 2)

/* No layout has such a field, or its value equals nothing, not even itself. */
static inline bool is_no_value(const struct field *field, const uint8_t *bytes)
{
	struct val held;

	if (!field->format->fits(field))
		return true;
	if (field->kind == FIELD_CHAR)
		return field->size != 1;
	if (field->kind == FIELD_ENUM && field->size > 8)
		return true;
	if (field->kind != FIELD_BYTES && field->kind != FIELD_TEXT && field->size > 16)
		return true;
	held = format_value(field, bytes);
	return field->kind == FIELD_REAL && (held.kind != VAL_REAL || !isfinite(held.x));
}

static inline void reads_back_as(const struct field *field, const uint8_t *bytes,
				 enum print_style style, const struct lookups *lookups)
{
	SCOPED(buf) text = {0};
	SCOPED(arena) mem = {0};
	struct val typed, held = format_value(field, bytes);
	struct err err = {0};

	print(field, bytes, style, lookups, &text);
	if (format_parse(field, buf_text(&text), text.len, lookups, &mem, &typed, &err) < 0)
		fail_msg("%s of %u bytes: %s", field->format->name, field->size, err.text);
	if (val_compare(&typed, &held) != 0)
		fail_msg("%s of %u bytes: '%s' reads as another value", field->format->name,
			 field->size, buf_text(&text));
}
