/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The low bound is kept and the high one follows from it and the width, so a range is a number that
 * sorts and compares like any other. Bounds that would leave 64 bits stop there. A range format is made
 * for one field: the width stands behind the row that everyone else sees. */
#include "model/format_range.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
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

static void write_range(const struct range_format *range, struct val low, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	struct val high = low;

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

static const struct range_format *range_of(const struct field *field)
{
	return (const struct range_format *)field->format;
}

static void print_range(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	write_range(range_of(field), range_val(field, base), style, lookups, out);
}

bool format_is_range(const struct format *format)
{
	return format->print == print_range;
}

const struct format *format_range_ends(const struct format *format)
{
	return format_is_range(format) ? ((const struct range_format *)format)->ends : format;
}

/* -- reading -- */

static int parse_end(const struct range_format *range, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out)
{
	struct field end = {.name = "",
			    .path = "",
			    .type = "",
			    .kind = FIELD_UINT,
			    .size = sizeof(uint64_t),
			    .format = range->ends};

	return format_parse(&end, text, len, lookups, mem, out, NULL);
}

/* What lies in the middle lies in the range, however its ends were rounded. */
static __int128 middle_of(const struct val *low, const struct val *high)
{
	const struct val *ends[] = {low, high};
	__int128 sum = 0, whole;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		double real = MAX_OF(-0x1p64, MIN_OF(val_as_real(ends[i]), 0x1p64));

		sum += val_whole(ends[i], &whole) ? whole : (__int128)real;
	}
	return sum >> 1;
}

/* The low bound of the range that holds a number; false: no field holds that. */
static bool low_around(const struct field *field, __int128 number, struct val *low)
{
	uint64_t width = range_of(field)->width;

	if (field->kind == FIELD_UINT && number >= 0 && number <= UINT64_MAX)
		*low = val_uint(range_low((uint64_t)number, width));
	else if (field->kind == FIELD_INT && number > RANGE_UNKNOWN && number <= INT64_MAX)
		*low = val_int(range_low_signed((int64_t)number, width));
	else
		return false;
	return true;
}

/* Is the range that begins at low written so? Ranges don't overlap, so a short text with two ends that look
 * different is of one of them only. How long ago a moment was changes while it is typed. 1, 0 or -ENOMEM. */
static int is_written_so(const struct range_format *range, struct val low, const char *text,
			 size_t len, size_t low_len, const struct lookups *lookups)
{
	const char *high = text + low_len + 2;
	bool are_alike = len == 2 * low_len + 2 && memcmp(text, high, low_len) == 0;
	bool is_moving = range->ends == format_named("ktime", strlen("ktime"));

	for (enum print_style style = PRINT_SHORT; style <= PRINT_EXACT; style++) {
		SCOPED(buf) written = {0};

		if (style == PRINT_SHORT && (are_alike || is_moving))
			continue;
		write_range(range, low, style, lookups, &written);
		if (written.failed)
			return -ENOMEM;
		if (written.len == len && memcmp(buf_text(&written), text, len) == 0)
			return 1;
	}
	return 0;
}

static int parse_range(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	const struct range_format *range = range_of(field);
	const char *dots = memmem(text, len, "..", 2);
	size_t low_len = dots ? (size_t)(dots - text) : len;
	struct val low, high;
	int r = parse_end(range, text, low_len, lookups, mem, &low);

	if (r == 0 && !dots)
		*out = low;
	if (r < 0 || !dots)
		return r;
	r = parse_end(range, dots + 2, len - low_len - 2, lookups, mem, &high);
	if (r < 0)
		return r;
	if (!low_around(field, middle_of(&low, &high), &low))
		return -EINVAL;
	r = is_written_so(range, low, text, len, low_len, lookups);
	if (r <= 0)
		return r < 0 ? r : -EINVAL;
	*out = low;
	return 0;
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
		.example = ends->difference ? ends->example : "1024..2047",
		.sense = SENSE_IDENTITY,
		.is_time = ends->is_time,
		.min_columns = 12,
		.fits = fits_range,
		.print = print_range,
		.parse = parse_range,
		.value = range_val,
	};
	range->ends = ends;
	range->width = width;
	range->is_measured = is_measured;
	return &range->format;
}
