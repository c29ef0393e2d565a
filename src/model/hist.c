/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Each key has a ring of samples, in which reading number r stands at r % HIST_SAMPLES. Invariant: the
 * ring holds the readings (sampled - HIST_SAMPLES, sampled]; those that were skipped are NaN. */
#include "model/hist.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"

void hist_release(struct hist *hist)
{
	if (!hist)
		return;
	free(hist->keys);
	free(hist->samples);
	free(hist->sampled);
	index_release(&hist->index);
	*hist = (struct hist){0};
}

int hist_reset(struct hist *hist, size_t key_size, size_t cap)
{
	hist_release(hist);
	hist->key_size = key_size;
	hist->cap = cap;
	/* calloc: memory that no key has come to yet isn't resident */
	hist->keys = calloc(cap, MAX_OF(key_size, (size_t)1));
	hist->samples = calloc(cap, HIST_SAMPLES * sizeof(float));
	hist->sampled = calloc(cap, sizeof(uint64_t));
	if (hist->keys && hist->samples && hist->sampled && index_reset(&hist->index, 0) == 0)
		return 0;
	hist_release(hist);
	return -ENOMEM;
}

static uint32_t least_recent(const struct hist *hist)
{
	size_t least = 0;

	for (size_t i = 1; i < hist->n; i++)
		if (hist->sampled[i] < hist->sampled[least])
			least = i;
	return (uint32_t)least;
}

/* A row for a key that has none: a free one, or that of the key which was sampled longest ago. */
static uint32_t hist_place(struct hist *hist, const uint8_t *key, uint64_t number)
{
	size_t size = hist->key_size;
	uint32_t row = (uint32_t)hist->n;

	if (hist->n == hist->cap) {
		row = least_recent(hist);
		index_remove(&hist->index, hist->keys, size, size, hist->keys + row * size);
	}
	memcpy(hist->keys + row * size, key, size);
	if (index_add(&hist->index, hist->keys, size, size, row) == INDEX_NONE)
		return INDEX_NONE;
	if (row == hist->n)
		hist->n++;
	hist->sampled[row] = number;
	for (size_t i = 0; i < HIST_SAMPLES; i++)
		hist->samples[row * HIST_SAMPLES + i] = NAN;
	return row;
}

bool hist_holds(const struct hist *hist, const uint8_t *key)
{
	return hist->n && index_find(&hist->index, hist->keys, hist->key_size, hist->key_size,
				     key) != INDEX_NONE;
}

int hist_add(struct hist *hist, const uint8_t *key, uint64_t number, double sample)
{
	uint32_t row;
	float *ring;

	if (!hist->cap)
		return -ENOMEM;
	row = index_find(&hist->index, hist->keys, hist->key_size, hist->key_size, key);
	if (row == INDEX_NONE)
		row = hist_place(hist, key, number);
	if (row == INDEX_NONE)
		return -ENOMEM;
	ring = hist->samples + (size_t)row * HIST_SAMPLES;
	if (number + HIST_SAMPLES <= hist->sampled[row])
		return 0; /* older than the ring reaches */
	for (uint64_t n = 1; n <= HIST_SAMPLES && hist->sampled[row] + n < number; n++)
		ring[(hist->sampled[row] + n) % HIST_SAMPLES] = NAN;
	ring[number % HIST_SAMPLES] = (float)sample;
	hist->sampled[row] = MAX_OF(hist->sampled[row], number);
	return 0;
}

size_t hist_get(const struct hist *hist, const uint8_t *key, uint64_t number, float *out, size_t n)
{
	uint32_t row = INDEX_NONE;
	size_t n_known = 0;

	if (hist->n)
		row = index_find(&hist->index, hist->keys, hist->key_size, hist->key_size, key);
	for (size_t i = 0; i < n; i++) {
		uint64_t back = n - 1 - i, at = number - back;
		bool is_held = row != INDEX_NONE && back < number && at <= hist->sampled[row] &&
			       at + HIST_SAMPLES > hist->sampled[row];

		out[i] = is_held ? hist->samples[(size_t)row * HIST_SAMPLES + at % HIST_SAMPLES]
				 : NAN;
		n_known += !isnan(out[i]);
	}
	return n_known;
}
