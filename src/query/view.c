/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A refresh: match, pin, place, sort. Pins are rows that keep a place they had: those of the held
 * window, or the ghosts of the last one. All other rows fill the places between them in sorted order,
 * so the row in place p is a pin or the (p - pins before it)-th of the rest, and a window of places is
 * a window of the rest. Rows are remembered from reading to reading by their key bytes. */
#include "query/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "query/query.h"
#include "query/sort.h"

struct pin {
	size_t place;
	uint32_t row;
};

/* What one refresh works with. */
struct refresh {
	struct view *view;
	struct table *table;
	struct sorter sorter;
	size_t n_rows;
	struct pin *pins; /* owned, by place */
	size_t n_pins;
};

void view_init(struct view *view)
{
	*view = (struct view){0};
}

void view_release(struct view *view)
{
	if (!view)
		return;
	query_free(view->filter);
	buf_release(&view->filter_text);
	buf_release(&view->cursor_key);
	buf_release(&view->shown_keys);
	pages_release(&view->bits);
	pages_release(&view->order);
	index_release(&view->shown_index);
	*view = (struct view){0};
}

static uint64_t *bits_of(struct view *view)
{
	return (uint64_t *)view->bits.at;
}

static uint32_t *order_of(const struct view *view)
{
	return (uint32_t *)view->order.at;
}

static bool has_bit(const uint64_t *bits, size_t row)
{
	return bits[row / 64] >> (row % 64) & 1;
}

/* -- matching -- */

static bool hides(const struct view *view, const struct table *table, size_t row)
{
	if (view->hides_gone && table_is_ghost(table, row))
		return true;
	return (view->hides_zero && table_is_zero(table, row)) ||
	       (view->hides_idle && table_is_idle(table, row));
}

static void hide_rows(struct view *view, const struct table *table, size_t n_rows)
{
	uint64_t *bits = bits_of(view);

	view->n_matched = 0;
	for (size_t word = 0; word * 64 < n_rows; word++) {
		for (uint64_t left = bits[word]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);

			if (hides(view, table, word * 64 + bit))
				bits[word] &= ~(UINT64_C(1) << bit);
		}
		view->n_matched += (size_t)__builtin_popcountll(bits[word]);
	}
}

static void match_all(struct view *view, size_t n_rows)
{
	uint64_t *bits = bits_of(view);

	memset(bits, 0xff, n_rows / 64 * sizeof(*bits));
	if (n_rows % 64)
		bits[n_rows / 64] = (UINT64_C(1) << (n_rows % 64)) - 1;
	view->n_matched = n_rows;
}

/* Matching costs most, and moving the cursor changes nothing about it. */
static int match(struct view *view, struct table *table)
{
	size_t n_rows = table_n_rows(table);
	unsigned hidden =
		(unsigned)(view->hides_zero | view->hides_idle << 1 | view->hides_gone << 2);
	int r = 0;

	if (view->matched_number && view->matched_number == table->current->number &&
	    view->matched_hides == hidden)
		return 0;
	view->matched_number = 0;
	if (pages_reserve(&view->bits, n_rows / 8 + sizeof(uint64_t)) < 0)
		return -ENOMEM;
	if (view->filter)
		r = query_match(view->filter, table, bits_of(view), &view->n_matched);
	else
		match_all(view, n_rows);
	if (r < 0)
		return r;
	if (hidden)
		hide_rows(view, table, n_rows);
	view->matched_number = table->current->number;
	view->matched_hides = hidden;
	return 0;
}

/* -- pins -- */

static void add_pin(struct refresh *re, size_t i, size_t row)
{
	const uint64_t *bits = bits_of(re->view);

	if (row < re->n_rows && has_bit(bits, row))
		re->pins[re->n_pins++] = (struct pin){re->view->shown_top + i, (uint32_t)row};
}

/* The table is the one that the window was sorted of: the rows are known. */
static void pin_same_rows(struct refresh *re)
{
	const struct view *view = re->view;

	for (size_t i = 0; i < view->n_shown; i++)
		if (view->holds || table_is_ghost(re->table, order_of(view)[i]))
			add_pin(re, i, order_of(view)[i]);
}

/* Finds the rows whose keys were shown; a key that came back counts as its live row. */
static int find_shown(struct refresh *re, uint32_t *rows)
{
	struct view *view = re->view;
	const uint8_t *keys = (const uint8_t *)view->shown_keys.at;
	size_t size = view->shown_keys.len / view->n_shown;
	size_t first = view->holds ? 0 : table_n_live(re->table);

	if (index_reset(&view->shown_index, view->n_shown) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < view->n_shown; i++) {
		rows[i] = INDEX_NONE;
		if (index_add(&view->shown_index, keys, size, size, i) == INDEX_NONE)
			return -ENOMEM;
	}
	for (size_t row = first; row < re->n_rows; row++) {
		const uint8_t *key = table_key(re->table, row, &size);
		uint32_t i = index_find(&view->shown_index, keys, size, size, key);

		if (i != INDEX_NONE && rows[i] == INDEX_NONE)
			rows[i] = (uint32_t)row;
	}
	return 0;
}

static int pin_found_rows(struct refresh *re)
{
	struct view *view = re->view;
	uint32_t *rows = malloc(view->n_shown * sizeof(*rows));
	int r = rows ? find_shown(re, rows) : -ENOMEM;

	for (size_t i = 0; i < view->n_shown && r == 0; i++)
		if (rows[i] != INDEX_NONE)
			add_pin(re, i, rows[i]);
	free(rows);
	return r;
}

/* Places beyond the end move up, so that each pin has one of its own. */
static void fit_pins(struct refresh *re)
{
	for (size_t i = 0; i < re->n_pins; i++)
		re->pins[i].place =
			MIN_OF(re->pins[i].place, re->view->n_matched - (re->n_pins - i));
}

static int make_pins(struct refresh *re)
{
	struct view *view = re->view;
	bool may_have_any = view->holds || re->n_rows > table_n_live(re->table);
	int r = 0;

	if (view->n_shown == 0 || view->shown_keys.len == 0 || !may_have_any)
		return 0;
	re->pins = malloc(view->n_shown * sizeof(*re->pins));
	if (!re->pins)
		return -ENOMEM;
	if (view->sorted_number == re->table->current->number)
		pin_same_rows(re);
	else
		r = pin_found_rows(re);
	fit_pins(re);
	return r;
}

/* Takes the pins out of the matching rows, or puts them back. */
static void flip_pins(struct refresh *re)
{
	for (size_t i = 0; i < re->n_pins; i++)
		bits_of(re->view)[re->pins[i].row / 64] ^= UINT64_C(1) << (re->pins[i].row % 64);
}

static struct row_set rest_of(const struct refresh *re)
{
	return (struct row_set){
		.bits = bits_of(re->view),
		.n_rows = re->n_rows,
		.n_members = re->view->n_matched - re->n_pins,
	};
}

/* -- where the window is -- */

static size_t place_of(struct refresh *re, size_t row)
{
	struct row_set rest = rest_of(re);
	size_t place;

	for (size_t i = 0; i < re->n_pins; i++)
		if (re->pins[i].row == row)
			return re->pins[i].place;
	place = sorter_place(&re->sorter, &rest, row);
	for (size_t i = 0; i < re->n_pins && re->pins[i].place <= place; i++)
		place++;
	return place;
}

/* Moves the window so that the cursor's row stays at its height. */
static void follow(struct refresh *re)
{
	struct view *view = re->view;
	size_t above = view->cursor > view->top ? view->cursor - view->top : 0;
	ptrdiff_t row =
		table_find(re->table, (const uint8_t *)view->cursor_key.at, view->cursor_key.len);
	bool is_pin = false;

	for (size_t i = 0; i < re->n_pins; i++)
		is_pin |= re->pins[i].row == (size_t)row;
	if (row < 0 || !(is_pin || has_bit(bits_of(view), (size_t)row)))
		return;
	view->cursor = place_of(re, (size_t)row);
	view->top = view->cursor - MIN_OF(above, view->cursor);
}

static void keep_cursor_inside(struct view *view)
{
	size_t n = view->n_matched, height = view->height;

	view->cursor = n ? MIN_OF(view->cursor, n - 1) : 0;
	if (view->cursor < view->top)
		view->top = view->cursor;
	if (view->cursor >= view->top + height)
		view->top = view->cursor - height + 1;
	view->top = MIN_OF(view->top, n > height ? n - height : 0);
}

/* -- sorting it -- */

/* The rows in places [from, to): pins, and the sorted rest between them. */
static int sort_places(struct refresh *re, size_t from, size_t to)
{
	struct view *view = re->view;
	struct row_set rest = rest_of(re);
	size_t before = 0, inside = 0, next;
	uint32_t *order;
	int r;

	view->n_sorted = 0;
	view->sorted_number = 0;
	if (pages_reserve(&view->order, (to - from) * sizeof(*order)) < 0)
		return -ENOMEM;
	order = order_of(view);
	for (size_t i = 0; i < re->n_pins; i++) {
		before += re->pins[i].place < from;
		inside += re->pins[i].place >= from && re->pins[i].place < to;
	}
	r = sort_window(&re->sorter, &rest, from - before, to - before - inside, order + inside);
	if (r < 0)
		return r;
	next = before;
	for (size_t place = from, i = inside; place < to; place++) {
		bool is_pin = next < re->n_pins && re->pins[next].place == place;

		order[place - from] = is_pin ? re->pins[next++].row : order[i++];
	}
	view->first_sorted = from;
	view->n_sorted = to - from;
	return 0;
}

/* All matching rows as they stand in the table. */
static int list_places(struct refresh *re)
{
	struct view *view = re->view;
	const uint64_t *bits = bits_of(view);
	uint32_t *next;

	view->n_sorted = 0;
	view->sorted_number = 0;
	if (pages_reserve(&view->order, view->n_matched * sizeof(*next)) < 0)
		return -ENOMEM;
	next = order_of(view);
	for (size_t word = 0; word * 64 < re->n_rows; word++)
		for (uint64_t left = bits[word]; left; left &= left - 1)
			*next++ = (uint32_t)(word * 64 + (unsigned)__builtin_ctzll(left));
	view->first_sorted = 0;
	view->n_sorted = view->n_matched;
	return 0;
}

static int remember_window(struct view *view, const struct table *table)
{
	size_t size;

	buf_clear(&view->shown_keys);
	for (size_t i = 0; i < view->n_sorted; i++) {
		const uint8_t *key = table_key(table, order_of(view)[i], &size);

		buf_add(&view->shown_keys, key, size);
	}
	view->shown_top = view->first_sorted;
	view->n_shown = view->shown_keys.failed ? 0 : view->n_sorted;
	view->sorted_number = table->current->number;
	return view->shown_keys.failed ? -ENOMEM : 0;
}

static void set_cursor_key(struct view *view, const struct table *table)
{
	ptrdiff_t row = view_row(view, view->cursor);
	size_t size;

	buf_clear(&view->cursor_key);
	if (row < 0)
		return;
	const uint8_t *key = table_key(table, (size_t)row, &size);

	buf_add(&view->cursor_key, key, size);
}

static void find_cursor(struct view *view)
{
	size_t size = view->cursor_key.len;

	for (size_t i = 0; size && i < view->n_shown; i++)
		if (view->shown_keys.len == view->n_shown * size &&
		    memcmp(view->shown_keys.at + i * size, view->cursor_key.at, size) == 0) {
			view->cursor = view->first_sorted + i;
			return;
		}
}

static int refresh_window(struct refresh *re)
{
	struct view *view = re->view;
	int r;

	if (view->follows && view->cursor_key.len)
		follow(re);
	keep_cursor_inside(view);
	r = sort_places(re, view->top, MIN_OF(view->top + view->height, view->n_matched));
	r = r ? r : remember_window(view, re->table);
	if (r < 0)
		return r;
	find_cursor(view);
	set_cursor_key(view, re->table);
	return 0;
}

int view_refresh(struct view *view, struct table *table, size_t height)
{
	struct refresh re = {.view = view, .table = table, .n_rows = table_n_rows(table)};
	int r = match(view, table);

	if (r < 0)
		return r;
	if (!height && view->keeps_order && !view->n_keys)
		return list_places(&re);
	r = make_pins(&re);
	if (r == 0) {
		sorter_open(&re.sorter, table, view->keys, view->n_keys, view->n_matched);
		flip_pins(&re);
		if (height)
			view->height = height;
		r = height ? refresh_window(&re) : sort_places(&re, 0, view->n_matched);
		flip_pins(&re);
	}
	free(re.pins);
	return r;
}

/* -- asking and moving -- */

ptrdiff_t view_row(const struct view *view, size_t place)
{
	if (place < view->first_sorted || place >= view->first_sorted + view->n_sorted)
		return -1;
	return order_of(view)[place - view->first_sorted];
}

void view_move_to(struct view *view, const struct table *table, size_t place)
{
	view->cursor = view->n_matched ? MIN_OF(place, view->n_matched - 1) : 0;
	buf_clear(&view->cursor_key);
	if (view->sorted_number == table->current->number)
		set_cursor_key(view, table);
}

void view_move(struct view *view, const struct table *table, ptrdiff_t by)
{
	size_t back = by < 0 ? (size_t)0 - (size_t)by : 0;

	view_move_to(view, table,
		     by < 0 ? view->cursor - MIN_OF(back, view->cursor)
			    : view->cursor + MIN_OF((size_t)by, SIZE_MAX - view->cursor));
}
