/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where memory runs out (tests/starve) each allocation of a test costs a run of its own. There few of what is
 * tried in numbers do as well: the code that they go through is the same. */
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
