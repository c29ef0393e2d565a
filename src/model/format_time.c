/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Times in nanoseconds: spans, moments since boot, moments since 1970. Columns say how long or how long
 * ago; exact ones are what the map holds. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

static bool fits_moment(const struct field *field)
{
	return format_fits_quantity(field) && field->kind != FIELD_REAL && field->size >= 4;
}

static void write_exact_ns(const struct val *val, struct buf *out)
{
	format_write_number(val, PRINT_EXACT, out);
	if (isfinite(val_as_real(val)))
		buf_adds(out, "ns");
}

/* -- duration -- */

static void print_duration(const struct field *field, const uint8_t *base, enum print_style style,
			   const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);

	(void)lookups;
	if (style == PRINT_SHORT && val_is_number(&val))
		num_duration(out, val_as_real(&val));
	else
		write_exact_ns(&val, out);
}

const struct format format_duration = {
	.name = "duration",
	.is_time = true,
	.help = "nanoseconds as a span of time",
	.example = "12.3us",
	.min_columns = 6,
	.fits = format_fits_quantity,
	.print = print_duration,
};

/* -- ktime -- */

/* bpf_ktime_get_ns() stops while the machine sleeps, bpf_ktime_get_boot_ns() doesn't; a moment ahead of
 * the first clock can only be of the second. */
static uint64_t now_for(uint64_t moment, const struct lookups *lookups)
{
	uint64_t now;

	if (lookups && lookups->boot_ns)
		return lookups->boot_ns(lookups->ctx);
	now = clock_now_ns();
	return moment > now ? MAX_OF(now, clock_boot_ns()) : now;
}

static void print_ktime(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	uint64_t moment = decode_u64(field, base);
	uint64_t now = now_for(moment, lookups);

	if (style != PRINT_SHORT) {
		struct val val = val_uint(moment);

		write_exact_ns(&val, out);
	} else if (moment == 0) {
		buf_adds(out, "never");
	} else if (moment > now) {
		buf_adds(out, "in ");
		num_duration(out, (double)(moment - now));
	} else {
		num_duration(out, (double)(now - moment));
		buf_adds(out, " ago");
	}
}

uint64_t format_boot_ns(const struct lookups *lookups)
{
	return now_for(0, lookups);
}

/* "3.2s ago", or the moment itself in nanoseconds since boot. */
static int parse_ktime(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	static const char ago[] = " ago", never[] = "never";
	size_t tail = sizeof(ago) - 1;
	bool is_ago = len > tail && memcmp(text + len - tail, ago, tail) == 0;
	struct val val;

	(void)field;
	(void)mem;
	if (len == sizeof(never) - 1 && memcmp(text, never, len) == 0) {
		*out = val_uint(0);
		return 0;
	}
	if (format_read_number(text, is_ago ? len - tail : len, &val) < 0)
		return -EINVAL;
	if (is_ago) {
		double then = (double)format_boot_ns(lookups) - val_as_real(&val);

		val = val_uint(then > 0 ? (uint64_t)then : 0);
	}
	*out = val;
	return 0;
}

static struct val ktime_val(const struct field *field, const uint8_t *base)
{
	return val_uint(decode_u64(field, base));
}

const struct format format_ktime = {
	.name = "ktime",
	.is_time = true,
	.help = "moment by the kernel's clock, nanoseconds since boot",
	.example = "3.2s ago",
	.sense = SENSE_IDENTITY,
	.min_columns = 10,
	.fits = fits_moment,
	.print = print_ktime,
	.parse = parse_ktime,
	.value = ktime_val,
	.difference = &format_duration,
};

/* -- epoch -- */

/* Seconds, milli-, micro- and nanoseconds since 1970 are told apart by their size: each limit is the
 * year 2286 in its unit, and nanoseconds before 1970-04-26 are not met. */
static uint64_t epoch_ns(uint64_t stamp)
{
	static const struct {
		uint64_t below, ns;
	} units[] = {
		{UINT64_C(10000000000), UINT64_C(1000000000)},
		{UINT64_C(10000000000000), UINT64_C(1000000)},
		{UINT64_C(10000000000000000), UINT64_C(1000)},
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (stamp < units[i].below)
			return stamp * units[i].ns;
	return stamp;
}

static struct val epoch_val(const struct field *field, const uint8_t *base)
{
	return val_uint(epoch_ns(decode_u64(field, base)));
}

static void print_epoch(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	enum { TO_THE_SECOND = sizeof("2026-11-21T14:02:11") - 1 };
	uint64_t ns = epoch_val(field, base).u;
	size_t from = out->len;

	(void)lookups;
	if (ns == 0 && style == PRINT_SHORT) {
		buf_adds(out, "never");
		return;
	}
	clock_rfc3339(out, ns);
	if (style == PRINT_SHORT && out->len > from + TO_THE_SECOND) {
		buf_cut(out, from + TO_THE_SECOND);
		out->at[from + sizeof("2026-11-21") - 1] = ' ';
	}
}

/* Digits after the point as nanoseconds: what isn't there counts as 0. */
static int read_fraction(const char *text, uint64_t *ns)
{
	uint64_t digit = 100000000;

	*ns = 0;
	for (; *text >= '0' && *text <= '9'; text++, digit /= 10)
		*ns += (uint64_t)(*text - '0') * digit;
	return strcmp(text, "Z") == 0 || *text == '\0' ? 0 : -EINVAL;
}

/* "2026-11-21", "2026-11-21 14:02:11", RFC 3339 in UTC. */
static int read_date(const char *text, uint64_t *ns)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%d", &tm);
	uint64_t fraction = 0;

	if (!rest)
		return -EINVAL;
	if (*rest == 'T' || *rest == ' ')
		rest = strptime(rest + 1, "%H:%M:%S", &tm);
	if (!rest || read_fraction(*rest == '.' ? rest + 1 : rest, &fraction) < 0)
		return -EINVAL;

	time_t seconds = timegm(&tm);

	if (seconds < 0 || __builtin_mul_overflow((uint64_t)seconds, UINT64_C(1000000000), ns) ||
	    __builtin_add_overflow(*ns, fraction, ns))
		return -EINVAL;
	return 0;
}

static int parse_epoch(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	char copy[64];
	struct val val;
	uint64_t ns;

	(void)field;
	(void)lookups;
	(void)mem;
	if (format_read_number(text, len, &val) == 0 && val.kind == VAL_UINT) {
		*out = val_uint(epoch_ns(val.u));
		return 0;
	}
	if (len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (read_date(copy, &ns) < 0)
		return -EINVAL;
	*out = val_uint(ns);
	return 0;
}

const struct format format_epoch = {
	.name = "epoch",
	.is_time = true,
	.help = "moment since 1970, in s, ms, us or ns by its size",
	.example = "2026-11-21T14:02:11Z",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 19,
	.fits = fits_moment,
	.print = print_epoch,
	.parse = parse_epoch,
	.value = epoch_val,
	.difference = &format_duration,
};
