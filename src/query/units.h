/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What can be added to and compared with what: numbers have a unit, time to some power, and a moment is
 * no time. */
#pragma once

#include "query/check.h"

struct unit {
	enum domain domain;
	int time; /* see struct expr */
};

/* The unit of left op right; the fault points at an operand of the node. 0 or -EINVAL. */
int units_go_together(struct checker *c, const struct node *node, const struct expr *left,
		      const struct expr *right, struct unit *out);
/* The fault of a moment where only numbers and times make sense. */
int units_no_moment(struct checker *c, const struct node *node, const struct expr *moment);

/* Can the values of two nodes be compared? The fault points at b, or at a bare number. 0 or -EINVAL. */
int units_compare(struct checker *c, const struct expr *left, const struct node *a,
		  const struct expr *right, const struct node *b);
