/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The only door through which time enters. Tests and simulations can hold it still. */
#pragma once

#include <stdint.h>

struct buf;

uint64_t clock_now_ns(void);  /* CLOCK_MONOTONIC */
uint64_t clock_wall_ns(void); /* since 1970, CLOCK_REALTIME */
uint64_t clock_boot_ns(void); /* CLOCK_BOOTTIME, what bpf_ktime_get_boot_ns and loaded-at use */
/* What the wall clock showed, or as it is set now would have shown, when that one stood at boot_ns; known to the
 * microsecond, so that only the seconds of two calls are the same. */
uint64_t clock_wall_at_boot_ns(uint64_t boot_ns);

/* Holds all three clocks at these values until clock_free_run(); the wall is UTC. */
void clock_hold(uint64_t mono_ns, uint64_t wall_ns);
void clock_free_run(void);
/* Makes the held monotonic clock move on by step_ns each time it is looked at, so that work done in slices of time
 * is cut at the same places in every run. 0: it stands still again. */
void clock_creep(uint64_t step_ns);

/* "2026-11-21T14:02:11.123456789Z" */
void clock_rfc3339(struct buf *out, uint64_t wall_ns);
/* The same of what is known to the second: "2026-11-21T14:02:11Z". */
void clock_rfc3339_s(struct buf *out, uint64_t wall_ns);
/* "14:02:11" in local time (UTC while held). */
void clock_hms(struct buf *out, uint64_t wall_ns);
/* The same with its day, for names of files: "20261121-140211". */
void clock_stamp(struct buf *out, uint64_t wall_ns);
