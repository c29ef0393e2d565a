/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decimals are rounded to a whole number of their last digit and written by hand: no printf, so no
 * locale, and a value that rounds up to the next unit is written in that unit. Durations are cut, not
 * rounded: nothing is older than it is. Exact ones are printf's, and LC_NUMERIC stays C. */
#include "base/num.h"

#include "base/buf.h"
#include "base/tidy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double tens[] = {1, 10, 100, 1000};

/* x >= 0, below 1e15, with that many decimals. */
static void add_fixed(struct buf *out, double x, unsigned decimals)
{
	uint64_t unit = (uint64_t)tens[decimals];
	uint64_t scaled = (uint64_t)(x * tens[decimals] + 0.5);
	uint64_t rest = scaled % unit;

	buf_addu(out, scaled / unit);
	if (decimals == 0)
		return;
	buf_addc(out, '.');
	while (unit > 10 && rest < unit / 10) {
		buf_addc(out, '0');
		unit /= 10;
	}
	buf_addu(out, rest);
}

/* Decimals that make three digits of x. */
static unsigned decimals_for(double x)
{
	return x < 9.995 ? 2 : x < 99.95 ? 1 : 0;
}

/* Below the first unit: at most three digits, without zeros at the end. */
static void add_small(struct buf *out, double x)
{
	unsigned decimals = x < 0.9995 ? 3 : decimals_for(x);
	uint64_t scaled = (uint64_t)(x * tens[decimals] + 0.5);

	if (x > 0 && scaled == 0) {
		buf_adds(out, "<0.001");
		return;
	}
	for (; decimals && scaled % 10 == 0; scaled /= 10)
		decimals--;
	add_fixed(out, x, decimals);
}

/* Writes "-", "inf" or a sign, so that what is left is a magnitude. returns whether anything is. */
static bool add_sign(struct buf *out, double *value)
{
	if (isnan(*value)) {
		buf_addc(out, '-');
		return false;
	}
	if (*value < 0)
		buf_addc(out, '-');
	*value = fabs(*value);
	if (isinf(*value))
		buf_adds(out, "inf");
	return !isinf(*value);
}

void num_short(struct buf *out, double value, unsigned unit_step)
{
	static const char si[] = "kMGTPE", iec[] = "KMGTPE";
	size_t unit = 0;

	if (!add_sign(out, &value))
		return;
	if (value < (double)unit_step - 0.5) {
		add_small(out, value);
		return;
	}
	double in_unit = value / unit_step;
	for (; in_unit >= (double)unit_step - 0.5 && unit < sizeof(si) - 2; unit++)
		in_unit /= unit_step;
	if (in_unit >= (double)unit_step - 0.5) { /* past every unit */
		buf_addf(out, "%.2e", value);
		return;
	}
	add_fixed(out, in_unit, decimals_for(in_unit));
	buf_addc(out, unit_step == 1000 ? si[unit] : iec[unit]);
	if (unit_step != 1000)
		buf_addc(out, 'i');
}

/* 15 digits are often enough and 17 always; those that say nothing are left out. */
void num_exact(struct buf *out, double value)
{
	char text[32];

	if (isnan(value)) { /* which has a sign, too */
		buf_adds(out, "nan");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_adds(out, text);
}

/* "4m31s": a number of the larger unit and two digits of the smaller. */
static void add_pair(struct buf *out, uint64_t large, char large_unit, uint64_t small,
		     char small_unit)
{
	buf_addu(out, large);
	buf_addc(out, large_unit);
	if (small < 10)
		buf_addc(out, '0');
	buf_addu(out, small);
	buf_addc(out, small_unit);
}

/* One second and more. */
static void add_seconds(struct buf *out, double seconds)
{
	enum { MINUTE = 60, HOUR = 3600, DAY = 86400, PAIR_DAYS = 100, WRITTEN_DAYS = 1000000 };
	uint64_t s = seconds < 1e15 ? (uint64_t)seconds : UINT64_MAX;

	if (s < 10) {
		add_fixed(out, floor(seconds * 10) / 10, 1);
		buf_addc(out, 's');
	} else if (s < MINUTE) {
		buf_addu(out, s);
		buf_addc(out, 's');
	} else if (s < HOUR) {
		add_pair(out, s / MINUTE, 'm', s % MINUTE, 's');
	} else if (s < DAY) {
		add_pair(out, s / HOUR, 'h', s % HOUR / MINUTE, 'm');
	} else if (s / DAY < PAIR_DAYS) {
		add_pair(out, s / DAY, 'd', s % DAY / HOUR, 'h');
	} else if (s / DAY < WRITTEN_DAYS) {
		buf_addu(out, s / DAY);
		buf_addc(out, 'd');
	} else {
		num_short(out, seconds / DAY, 1000);
		buf_addc(out, 'd');
	}
}

void num_duration(struct buf *out, double ns)
{
	static const char *const units[] = {"ns", "us", "ms"};
	size_t unit = 0;

	if (!add_sign(out, &ns))
		return;
	if (ns < 0.5) {
		buf_adds(out, ns > 0 ? "<1ns" : "0");
		return;
	}
	double in_unit = ns;
	while (unit < ARRAY_LEN(units) && in_unit >= 999.5) {
		in_unit /= 1000;
		unit++;
	}
	if (unit == ARRAY_LEN(units)) {
		add_seconds(out, MAX_OF(ns / 1e9, 1));
		return;
	}
	add_fixed(out, in_unit, unit ? decimals_for(in_unit) : 0);
	buf_adds(out, units[unit]);
}

/* Only a whole is 100%, and only nothing is 0%. */
void num_percent(struct buf *out, double share)
{
	if (!add_sign(out, &share))
		return;
	double percent = share * 100;
	if (percent > 0 && percent < 0.1)
		buf_adds(out, "<0.1");
	else if (percent < 9.95 && percent > 0)
		add_fixed(out, percent, 1);
	else if (percent >= 1e6)
		num_short(out, percent, 1000);
	else
		add_fixed(out, share < 1 ? MIN_OF(percent, 99) : percent, 0);
	buf_addc(out, '%');
}

void num_grouped(struct buf *out, uint64_t value)
{
	char text[27];
	char *at = text + sizeof(text);

	for (unsigned digits = 1;; digits++) {
		*--at = (char)('0' + value % 10);
		value /= 10;
		if (value == 0)
			break;
		if (digits % 3 == 0)
			*--at = ',';
	}
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

uint64_t num_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
