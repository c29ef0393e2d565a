/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What showing costs: frames, and the bytes that go to the terminal. */
#pragma once

#include <stdint.h>

enum { COST_WINDOW_S = 5 };

struct cost {
	uint64_t n_frames;  /* frames that wrote something */
	uint64_t n_same;    /* frames for which nothing had to be written */
	uint64_t n_dropped; /* frames that the terminal did not take */
	uint64_t n_bytes, last_bytes;
	uint64_t drew_ns,
		drew_most_ns; /* from the tables to the write: the last frame, the longest */
	struct {
		uint64_t began_ns, n_bytes; /* bytes until then */
	} windows[2];			    /* the one before and this one */
};

/* A frame that began and ended then; `wrote` as term_show returns it. */
void cost_add(struct cost *cost, uint64_t began_ns, uint64_t ended_ns, int wrote);
/* Bytes a second in the last one or two windows; NaN before anything was written. */
double cost_bytes_per_s(const struct cost *cost, uint64_t now_ns);
