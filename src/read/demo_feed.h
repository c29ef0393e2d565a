/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live demo: loads bpf/demo.bpf.c (skeleton compiled in) and feeds it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct demo_feed;
struct err;

/* Loads the program and starts one child per online CPU, pinned, that runs it over traffic by
 * BPF_PROG_TEST_RUN at a bounded rate; with ifname attaches it to that interface instead and feeds
 * nothing; no port is blocked there. Children die with the parent (PR_SET_PDEATHSIG) and with
 * demo_feed_stop; nothing is pinned, so the kernel drops programs and maps with the process.
 * 0; -EPERM where BPF is not permitted (the sentence names the capability); other -errno. */
int demo_feed_start(const char *ifname, uint64_t seed, struct demo_feed **out, struct err *err);
/* Ids of its maps (flows, ports, verdicts, sizes, .bss), in the order to show. returns how many, at
 * most max. */
size_t demo_feed_maps(const struct demo_feed *feed, uint32_t *ids, size_t max);
void demo_feed_stop(struct demo_feed *feed); /* NULL is fine; waits for the children */
