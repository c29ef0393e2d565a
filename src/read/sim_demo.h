/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The demo's XDP program and maps, simulated: the same parser over the same traffic. */
#pragma once

#include <stdint.h>

struct sim_demo;

/* boot_ns: the time since boot at which the traffic began. NULL when out of memory. */
struct sim_demo *sim_demo_new(uint64_t seed, uint64_t boot_ns);
void sim_demo_free(struct sim_demo *demo);
/* Moves the start to another time since boot; forgets what was counted. */
void sim_demo_set_boot(struct sim_demo *demo, uint64_t boot_ns);
/* Counts all traffic up to until_ns since the start; begins again at the start when it has counted further already.
 * 0 or -ENOMEM, after which it begins again, too. */
int sim_demo_run(struct sim_demo *demo, uint64_t until_ns);
/* Lets time pass without traffic. */
void sim_demo_skip(struct sim_demo *demo, uint64_t until_ns);
/* Traffic counted so far, in ns. */
uint64_t sim_demo_at_ns(const struct sim_demo *demo);
