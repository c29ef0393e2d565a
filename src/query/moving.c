/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was asked for is kept beside the sorted ranges, as those merge anew when some of their bounds move and
 * some don't. */
#include "query/moving.h"

#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "model/table.h"
#include "query/literal.h"
#include "query/program.h"

struct moving {
	struct ranges *ranges;
	const struct range *asked;
	size_t n;
	struct moving *next;
};

bool moving_read(const char *text, size_t len, int64_t *ago_ns)
{
	static const char ago[] = " ago", in[] = "in ";
	size_t head = sizeof(in) - 1, tail = sizeof(ago) - 1;
	bool is_ahead = len > head && memcmp(text, in, head) == 0;
	enum num_kind kind;
	struct val val;
	double ns;

	if (is_ahead)
		text += head, len -= head;
	else if (len > tail && memcmp(text + len - tail, ago, tail) == 0)
		len -= tail;
	else
		return false;
	if (literal_number(text, len, &val, &kind) || kind != NUM_TIME)
		return false;
	ns = val_as_real(&val);
	if (ns < 0 || ns >= (double)INT64_MAX)
		return false;
	*ago_ns = is_ahead ? -(int64_t)ns : (int64_t)ns;
	return true;
}

static void move_bound(struct bound *bound, uint64_t now_ns)
{
	__int128 at = (__int128)now_ns - bound->ago_ns;

	if (bound->is_moving)
		bound->val = val_uint(at > 0 ? (uint64_t)at : 0);
}

static void move(const struct moving *moving, uint64_t now_ns)
{
	struct range *at = moving->ranges->at;

	memcpy(at, moving->asked, moving->n * sizeof(*at));
	for (size_t i = 0; i < moving->n; i++) {
		move_bound(&at[i].low, now_ns);
		move_bound(&at[i].high, now_ns);
	}
	moving->ranges->n = moving->n;
	ranges_sort(moving->ranges);
}

int moving_keep(struct query *query, const struct table *table, struct ranges *ranges)
{
	struct moving *moving;
	struct range *asked;
	bool is_moving = false;

	for (size_t i = 0; i < ranges->n; i++)
		is_moving |= ranges->at[i].low.is_moving || ranges->at[i].high.is_moving;
	if (!is_moving) {
		ranges_sort(ranges);
		return 0;
	}
	moving = arena_alloc(&query->mem, sizeof(*moving));
	asked = arena_array(&query->mem, ranges->n, sizeof(*asked));
	if (!moving || !asked)
		return -ENOMEM;
	memcpy(asked, ranges->at, ranges->n * sizeof(*asked));
	*moving = (struct moving){ranges, asked, ranges->n, query->moving};
	query->moving = moving;
	move(moving, format_boot_ns(&table->lookups));
	return 0;
}

void moving_move(const struct moving *moving, const struct table *table)
{
	uint64_t now_ns = moving ? format_boot_ns(&table->lookups) : 0;

	for (; moving; moving = moving->next)
		move(moving, now_ns);
}
