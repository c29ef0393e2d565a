/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What can be added to what and compared with what. The unit of a number is ns to some power: 0 for a plain number, 1
 * for a time. A moment, such as a timestamp, is not a time: the difference of two moments is. */
#pragma once

#include "query/check.h"

struct unit {
	enum domain domain;
	int time; /* see struct expr */
};

/* Finds the unit of left op right. 0, or -EINVAL where they don't go together; the fault points at an operand. */
int units_go_together(struct checker *c, const struct node *node, const struct expr *left,
		      const struct expr *right, struct unit *out);
/* The fault of a moment where only numbers and times make sense. */
int units_no_moment(struct checker *c, const struct node *node, const struct expr *moment);

/* 0 if the values of the nodes a and b can be compared, else -EINVAL; the fault points at b, or at a bare number. */
int units_compare(struct checker *c, const struct expr *left, const struct node *a,
		  const struct expr *right, const struct node *b);
