/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list of bounded length: when it is full, every second entry is dropped, and of the readings to come
 * only every second is noted. What is found may then be up to step - 1 readings late, never early. */
#include "model/calendar.h"

#include "base/tidy.h"

static uint64_t *days(const struct calendar *calendar)
{
	return (uint64_t *)calendar->at_ns.at;
}

void calendar_release(struct calendar *calendar)
{
	pages_release(&calendar->at_ns);
	*calendar = (struct calendar){0};
}

int calendar_reserve(struct calendar *calendar)
{
	return pages_reserve(&calendar->at_ns, CALENDAR_DAYS * sizeof(uint64_t));
}

void calendar_clear(struct calendar *calendar)
{
	calendar->n = 0;
}

static void thin(struct calendar *calendar)
{
	calendar->n /= 2;
	calendar->step *= 2;
	for (size_t i = 1; i < calendar->n; i++)
		days(calendar)[i] = days(calendar)[2 * i];
}

void calendar_add(struct calendar *calendar, uint64_t number, uint64_t at_ns)
{
	if (!calendar->n) {
		calendar->first = number;
		calendar->step = 1;
	}
	if (calendar->n == CALENDAR_DAYS)
		thin(calendar);
	if (number == calendar->first + calendar->n * calendar->step)
		days(calendar)[calendar->n++] = at_ns;
}

uint64_t calendar_find(const struct calendar *calendar, uint64_t at_ns, uint64_t last)
{
	size_t low = 0, high = calendar->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (days(calendar)[middle] < at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return MIN_OF(calendar->first + low * calendar->step, last);
}
