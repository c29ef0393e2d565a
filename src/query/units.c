/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sums and comparisons take values of one unit, products make others: bytes / age is a number per time. The
 * difference of two moments is a time, and a moment and a time make a moment. A number typed without a unit
 * is of time only beside a field itself, which holds such numbers; zero is zero in any unit. */
#include "query/units.h"

#include <errno.h>
#include <stdio.h>

#include "base/err.h"
#include "query/program.h"

/* -- what it is -- */

static const char *unit_words(const struct expr *expr)
{
	if (expr->time > 1)
		return "a product of times";
	if (expr->time == -1)
		return "a number per time";
	if (expr->time < -1)
		return "a number per product of times";
	return domain_words(expr->domain);
}

/* Typed without a unit, or made of such numbers. */
static bool is_bare(const struct expr *expr)
{
	return expr->kind == EXPR_CONST && expr->domain == DOMAIN_NUMBER && expr->time == 0;
}

static bool is_zero(const struct expr *expr)
{
	return is_bare(expr) && val_as_real(&expr->val) == 0;
}

static bool is_time(const struct expr *expr)
{
	return expr->domain == DOMAIN_TIME && expr->time == 1;
}

static enum domain kin(enum domain domain)
{
	if (domain == DOMAIN_NAMES)
		return DOMAIN_NUMBER;
	if (domain == DOMAIN_ADDRESS)
		return DOMAIN_BYTES;
	return domain == DOMAIN_SHOWN ? DOMAIN_TEXT : domain;
}

static bool are_alike(const struct expr *left, const struct expr *right)
{
	return left->domain != DOMAIN_NONE && kin(left->domain) == kin(right->domain) &&
	       left->time == right->time;
}

/* -- faults -- */

static int needs_unit(struct checker *c, const struct node *node)
{
	return check_fault(c, node->at, "'%.*s' needs a unit of time: %.*ss or %.*sms",
			   (int)node->len, node->text, (int)node->len, node->text, (int)node->len,
			   node->text);
}

/* A column of time beside a number? */
static bool is_time_beside(const struct expr *time, const struct expr *number)
{
	return time->kind == EXPR_COLUMN && is_time(time) && number->time == 0 &&
	       kin(number->domain) == DOMAIN_NUMBER;
}

/* Columns of time can be turned into numbers, and moments have a way to be typed. */
static int unlike(struct checker *c, const struct expr *left, const struct node *a,
		  const struct expr *right, const struct node *b, const char *do_what)
{
	const struct node *time = is_time_beside(left, right)	? a
				  : is_time_beside(right, left) ? b
								: NULL;
	char cure[ERR_TEXT_BYTES / 2] = "";

	if (time)
		snprintf(cure, sizeof(cure), "; %.*s / 1s is a number", (int)time->len, time->text);
	else if (left->domain == DOMAIN_MOMENT && !domain_is_moment(right->domain))
		snprintf(cure, sizeof(cure), "; a moment is typed like \"5s ago\"");
	return check_fault(c, node_start(b), "%s and %s don't %s%s", unit_words(left),
			   unit_words(right), do_what, cure);
}

int units_no_moment(struct checker *c, const struct node *node, const struct expr *moment)
{
	return check_fault(c, node_start(node),
			   "%s can't be multiplied, divided or negated; the time between two can",
			   unit_words(moment));
}

/* -- arithmetic -- */

static int unit_of_product(struct checker *c, const struct node *node, const struct expr *left,
			   const struct expr *right, struct unit *out)
{
	if (domain_is_moment(left->domain))
		return units_no_moment(c, node->first, left);
	if (domain_is_moment(right->domain))
		return units_no_moment(c, node->first->next, right);
	out->time = left->time + (node->op == TOKEN_TIMES ? right->time : -right->time);
	out->domain = out->time == 1 ? DOMAIN_TIME : DOMAIN_NUMBER;
	return 0;
}

/* A moment and a time, or two moments. false: not so. */
static bool unit_of_moments(enum token_kind op, const struct expr *left, const struct expr *right,
			    struct unit *out)
{
	bool is_left = domain_is_moment(left->domain);

	if (op == TOKEN_MINUS && is_left && left->domain == right->domain) {
		*out = (struct unit){DOMAIN_TIME, 1};
		return true;
	}
	*out = (struct unit){is_left ? left->domain : right->domain, 0};
	if (is_left)
		return op != TOKEN_MODULO && is_time(right);
	return op == TOKEN_PLUS && is_time(left);
}

int units_go_together(struct checker *c, const struct node *node, const struct expr *left,
		      const struct expr *right, struct unit *out)
{
	const struct node *a = node->first, *b = a->next;

	if (node->op == TOKEN_TIMES || node->op == TOKEN_DIVIDED)
		return unit_of_product(c, node, left, right, out);
	if (domain_is_moment(left->domain) || domain_is_moment(right->domain))
		return unit_of_moments(node->op, left, right, out)
			       ? 0
			       : unlike(c, left, a, right, b, "go together");
	*out = (struct unit){is_zero(left) ? kin(right->domain) : kin(left->domain),
			     is_zero(left) ? right->time : left->time};
	if (are_alike(left, right) || is_zero(left) || is_zero(right))
		return 0;
	if (is_bare(right) && is_time(left) && b->kind == NODE_WORD)
		return needs_unit(c, b);
	if (is_bare(left) && is_time(right) && a->kind == NODE_WORD)
		return needs_unit(c, a);
	return unlike(c, left, a, right, b, "go together");
}

/* -- comparisons -- */

/* Does the field hold what a bare number says? */
static bool takes_bare(struct checker *c, const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN && domain_is_number(expr->domain) &&
	       c->query->columns[expr->slot].field;
}

int units_compare(struct checker *c, const struct expr *left, const struct node *a,
		  const struct expr *right, const struct node *b)
{
	bool are_numbers = domain_is_number(left->domain) && domain_is_number(right->domain);

	if (are_alike(left, right) || (are_numbers && (is_zero(left) || is_zero(right))))
		return 0;
	if ((is_bare(right) && takes_bare(c, left)) || (is_bare(left) && takes_bare(c, right)))
		return 0;
	if (is_bare(right) && is_time(left) && b->kind == NODE_WORD)
		return needs_unit(c, b);
	if (is_bare(left) && is_time(right) && a->kind == NODE_WORD)
		return needs_unit(c, a);
	return unlike(c, left, a, right, b, "compare");
}
