/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What arenas.bpf.c and its caller share. */
#pragma once

enum {
	PAGE_BYTES = 4096,
	PAGES_A_RUN = 1024,	/* looked for by one run of the program */
	PAGES_FOUND_A_RUN = 64, /* copied out by one run */
};
