/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One large growing array of bytes straight from mmap: growth moves page tables, not bytes, and pages
 * that were never written cost nothing. For the raw rows of a reading and per-row arrays. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pages {
	uint8_t *at; /* owned; NULL while cap is 0; may move on reserve */
	size_t cap;  /* bytes */
};

void pages_release(struct pages *pages);
/* So many bytes of it, from its end, which are lost: for giving back much without a pause. false: nothing is left. */
bool pages_release_some(struct pages *pages, size_t n);

/* Makes cap at least n bytes, keeping the contents; new bytes read as zero. Grows by half again at
 * least. 0 or -ENOMEM (contents kept). */
int pages_reserve(struct pages *pages, size_t n);

static inline void pages_swap(struct pages *a, struct pages *b)
{
	struct pages was = *a;

	*a = *b;
	*b = was;
}

/* Gives the pages beyond the first n bytes back to the system; the capacity stays. */
void pages_trim(struct pages *pages, size_t n);
