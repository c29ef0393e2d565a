/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For tests that repeat the same with many rows or rounds. Under tests/starve each allocation costs a run of the
 * whole test; there a few rounds will do, since the code that they go through is the same. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

static inline bool is_starved(void)
{
	return getenv("STARVED") != NULL;
}

static inline unsigned unless_starved(unsigned many, unsigned few)
{
	return is_starved() ? few : many;
}
