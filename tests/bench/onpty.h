/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs on a pseudo-terminal, measured from outside. */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <time.h>

#include "../live/ptydrive.h"
#include "bigmap.h"

enum { ONPTY_WAIT_MS = 30000 };

static inline const char *onpty_program(void)
{
	const char *path = getenv("BPFMAPTOP");

	return path ? path : "build/bpfmaptop";
}

/* The program over the map, sorted by the first field of the key, read every so many seconds. */
static inline void onpty_open_map(struct pty *pty, uint32_t id, const char *seconds, int rows,
				  int cols)
{
	char spec[32];

	snprintf(spec, sizeof(spec), "id:%u", id);
	if (pty_open(pty,
		     (const char *const[]){onpty_program(), "-s", "saddr", "-d", seconds, spec,
					   NULL},
		     (const char *const[]){"LC_ALL=C.UTF-8", NULL}, rows, cols) < 0)
		bigmap_fail("cannot start", -1);
}

/* Until it shows rows of a map made by bigmap_write. */
static inline void onpty_wait_rows(struct pty *pty)
{
	if (!pty_wait_text(pty, "192.0.2.", ONPTY_WAIT_MS))
		bigmap_fail("no first frame", -ETIME);
}

static inline void onpty_quit(struct pty *pty)
{
	pty_send(pty, "Q");
	pty_wait_exit(pty, ONPTY_WAIT_MS);
	pty_close(pty);
}

/* Takes in what is drawn, for so long. */
static inline void onpty_pass(struct pty *pty, uint64_t ns)
{
	uint64_t until = bigmap_now_ns() + ns;

	while (bigmap_now_ns() < until)
		pty_pump(pty, 1);
}

/* CPU time of all of its threads so far. */
static inline uint64_t onpty_cpu_ns(const struct pty *pty)
{
	struct timespec spent = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pty->pid, &clock) != 0 || clock_gettime(clock, &spent) < 0)
		bigmap_fail("cannot read the process's CPU clock", -1);
	return (uint64_t)spent.tv_sec * 1000000000 + (uint64_t)spent.tv_nsec;
}
