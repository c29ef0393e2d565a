/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* While the clocks are held, all three stand where clock_hold put them, so that tests and simulations give the same
 * times in every run. */
#include "base/clock.h"

#include "base/buf.h"

#include <stdbool.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

static struct {
	bool is_held;
	uint64_t mono_ns, wall_ns, step_ns;
} hold;

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	if (!hold.is_held)
		return read_clock(CLOCK_MONOTONIC);
	hold.mono_ns += hold.step_ns;
	return hold.mono_ns;
}

uint64_t clock_wall_ns(void)
{
	return hold.is_held ? hold.wall_ns : read_clock(CLOCK_REALTIME);
}

uint64_t clock_boot_ns(void)
{
	return hold.is_held ? hold.mono_ns : read_clock(CLOCK_BOOTTIME);
}

/* Two clocks can't be read at once: one is read between two looks at the other, and of a few tries the one that was
 * interrupted least counts. */
uint64_t clock_wall_at_boot_ns(uint64_t boot_ns)
{
	uint64_t least_ns = UINT64_MAX, wall_at_start_ns = 0;

	for (int i = 0; i < 3; i++) {
		uint64_t before_ns = clock_boot_ns(), wall_ns = clock_wall_ns();
		uint64_t apart_ns = clock_boot_ns() - before_ns;

		if (apart_ns < least_ns) {
			least_ns = apart_ns;
			wall_at_start_ns = wall_ns - before_ns - apart_ns / 2;
		}
	}
	return wall_at_start_ns + boot_ns;
}

void clock_hold(uint64_t mono_ns, uint64_t wall_ns)
{
	hold.is_held = true;
	hold.mono_ns = mono_ns;
	hold.wall_ns = wall_ns;
}

void clock_free_run(void)
{
	hold.is_held = false;
	hold.step_ns = 0;
}

void clock_creep(uint64_t step_ns)
{
	hold.step_ns = step_ns;
}

static void add_utc(struct buf *out, uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void clock_rfc3339(struct buf *out, uint64_t wall_ns)
{
	add_utc(out, wall_ns);
	buf_addf(out, ".%09uZ", (unsigned)(wall_ns % NS_PER_S));
}

void clock_rfc3339_s(struct buf *out, uint64_t wall_ns)
{
	add_utc(out, wall_ns);
	buf_addc(out, 'Z');
}

/* A clock that is held is UTC, so that tests show the same everywhere. */
static void local_time(uint64_t wall_ns, struct tm *tm)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);

	if (hold.is_held)
		gmtime_r(&seconds, tm);
	else
		localtime_r(&seconds, tm);
}

void clock_stamp(struct buf *out, uint64_t wall_ns)
{
	struct tm tm;

	local_time(wall_ns, &tm);
	buf_addf(out, "%04d%02d%02d-%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void clock_hms(struct buf *out, uint64_t wall_ns)
{
	struct tm tm;

	local_time(wall_ns, &tm);
	buf_addf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}
