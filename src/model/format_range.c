/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The low bound is kept and the high one follows from it and the width, so a range is a number that
 * sorts and compares like any other. Bounds that would leave 64 bits stop there. A range format is made
 * for one field: the width stands behind the row that everyone else sees. */
#include "model/format_range.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/decode.h"
#include "model/format.h"

struct range_format {
	struct format format; /* first, so that one points to the other */
	const struct format *ends;
	uint64_t width;
	bool is_measured;
};

static uint64_t power_below(uint64_t value)
{
	return UINT64_C(1) << (63 - __builtin_clzll(value));
}

uint64_t range_low(uint64_t value, uint64_t width)
{
	if (width)
		return value - value % width;
	return value ? power_below(value) : 0;
}

uint64_t range_high(uint64_t low, uint64_t width)
{
	uint64_t more = width ? width - 1 : low ? low - 1 : 0;

	return low > UINT64_MAX - more ? UINT64_MAX : low + more;
}

/* Of a negative number, -1 is the one that lies next to 0: its ranges are those of the positive ones,
 * turned around. */
int64_t range_low_signed(int64_t value, uint64_t width)
{
	uint64_t distance = 0 - (uint64_t)value, high;

	if (value >= 0)
		return (int64_t)range_low((uint64_t)value, width);
	high = width ? (distance - 1) / width * width + width
		     : range_high(power_below(distance), 0);
	return high > INT64_MAX ? INT64_MIN + 1 : -(int64_t)high;
}

int64_t range_high_signed(int64_t low, uint64_t width)
{
	uint64_t high;

	if (low >= 0) {
		high = range_high((uint64_t)low, width);
		return high > INT64_MAX ? INT64_MAX : (int64_t)high;
	}
	if (width)
		return low + (int64_t)(width - 1);
	return -(int64_t)power_below(0 - (uint64_t)low);
}

static bool fits_range(const struct field *field)
{
	return (field->kind == FIELD_UINT || field->kind == FIELD_INT) &&
	       field->size == sizeof(uint64_t);
}

static struct val range_val(const struct field *field, const uint8_t *base)
{
	struct val val = decode_val(field, base);

	return val.kind == VAL_INT && val.i == RANGE_UNKNOWN ? val_unknown() : val;
}

static void print_range(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	const struct range_format *range = (const struct range_format *)field->format;
	struct val low = range_val(field, base), high = low;

	format_print_level(range->ends, low, style, lookups, out);
	if (low.kind == VAL_UINT)
		high.u = range_high(low.u, range->width);
	else if (low.kind == VAL_INT)
		high.i = range_high_signed(low.i, range->width);
	if (range->is_measured && high.kind == VAL_INT && high.i < INT64_MAX)
		high.i++;
	if (low.kind == VAL_UNKNOWN || high.u == low.u)
		return;
	buf_adds(out, "..");
	format_print_level(range->ends, high, style, lookups, out);
}

bool format_is_range(const struct format *format)
{
	return format->print == print_range;
}

const struct format *format_range_new(struct arena *mem, const struct format *ends, uint64_t width,
				      bool is_measured)
{
	struct range_format *range = arena_alloc(mem, sizeof(*range));

	if (!range)
		return NULL;
	range->format = (struct format){
		.name = "range",
		.help = "range of numbers",
		.example = "1024",
		.sense = SENSE_IDENTITY,
		.is_time = ends->is_time,
		.min_columns = 12,
		.fits = fits_range,
		.print = print_range,
		.value = range_val,
	};
	range->ends = ends;
	range->width = width;
	range->is_measured = is_measured;
	return &range->format;
}
