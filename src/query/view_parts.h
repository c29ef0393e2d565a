/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside of a view: what its files share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/view.h"

enum { VIEW_NO_ROW = UINT32_MAX }; /* a place of the order that is empty */

static inline uint64_t *view_bits(const struct view *view)
{
	return (uint64_t *)view->bits.at;
}

static inline uint32_t *view_order(const struct view *view)
{
	return (uint32_t *)view->order.at;
}

static inline bool view_has_bit(const uint64_t *bits, size_t row)
{
	return bits[row / 64] >> (row % 64) & 1;
}

/* -- view_match.c -- */

unsigned view_hidden(const struct view *view); /* which kinds of rows, as bits */
bool view_is_matched(const struct view *view, const struct table *table);
int view_match_begin(struct view *view, const struct table *table);
/* The rows from work.next_row to end. 0 or -ENOMEM. */
int view_match_some(struct view *view, const struct table *table, size_t end);

/* Makes the order all matching rows as they stand in the table, which settles the view. 0 or -ENOMEM. */
int view_list(struct view *view, const struct table *table);

/* -- view_carry.c -- */

/* Makes the order the rows of the last window as they stand in the current reading. 0 or -ENOMEM. */
int view_carry(struct view *view, const struct table *table);

/* -- view_pins.c -- */

bool view_is_member(const struct view *view, const struct table *table, size_t row);
/* Pins are taken out of the bits; view_flip_pins puts them back. 0 or -ENOMEM. */
int view_make_pins(struct view *view, const struct table *table);
void view_flip_pins(struct view *view);
struct row_set view_rest(const struct view *view, const struct table *table); /* what is no pin */

/* -- view_spread.c -- */

/* The view is sorted by just these, in the same order and ways. */
bool view_same_keys(const struct view *view, const struct sort_key *keys, unsigned n_keys);
/* With the sorter of a refresh opened, before there are pins: drops what was spread where that isn't what is
 * wanted, and wants it where this is another window of an order that one is known of. */
void view_aim_spread(struct view *view, const struct table *table);
void view_drop_spread(struct view *view);
void view_leave_pins_out(struct view *view);
