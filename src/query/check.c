/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names become columns, words become values of the column they stand beside, and the shape becomes
 * tests. Negation goes down to the tests (not (a and b) is: not a or not b). Beside a column that isn't
 * text a word is first tried as one of its values and then as a column's name, so `proto == tcp` works
 * in a map that also has a counter called tcp; beside a text column the name of another one wins, and
 * quotes make a text of it. A comparison with a constant becomes membership in a range. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "model/format_range.h"
#include "query/check.h"
#include "query/moving.h"
#include "query/units.h"
#include "query/parse.h"
#include "query/program.h"
#include "query/regex.h"

static int check_test(struct checker *c, const struct node *node, bool is_negated,
		      struct test **out);

static int new_test(struct checker *c, enum test_kind kind, bool is_negated, enum test_cost cost,
		    struct test **out)
{
	struct test *test = arena_alloc(&c->query->mem, sizeof(*test));

	if (!test)
		return -ENOMEM;
	*test = (struct test){.kind = kind, .is_negated = is_negated, .cost = cost};
	*out = test;
	return 0;
}

/* -- ranges and comparisons -- */

static enum test_cost expr_cost(const struct expr *expr)
{
	if (expr->kind == EXPR_SHOWN)
		return COST_TEXT;
	return expr->kind == EXPR_COLUMN && domain_is_number(expr->domain) ? COST_NUMBERS
									   : COST_CELLS;
}

/* left in the range that `op` and the values of `value` make. Takes expr over. */
static int ranges_test(struct checker *c, const struct expr *left, enum token_kind op,
		       const struct range *value, bool is_negated, struct test **out)
{
	struct range *range = arena_alloc(&c->query->mem, sizeof(*range));
	int r = new_test(c, TEST_RANGES, is_negated != (op == TOKEN_NE), expr_cost(left), out);

	if (r || !range)
		return -ENOMEM;
	*range = *value;
	if (op == TOKEN_LT || op == TOKEN_LE) {
		range->high = op == TOKEN_LT ? value->low : value->high;
		range->high.is_open = op == TOKEN_LT;
		range->low.is_infinite = true;
	} else if (op == TOKEN_GT || op == TOKEN_GE) {
		range->low = op == TOKEN_GT ? value->high : value->low;
		range->low.is_open = op == TOKEN_GT;
		range->high.is_infinite = true;
	}
	(*out)->left = left;
	(*out)->ranges = (struct ranges){range, 1};
	return moving_keep(c->query, c->table, &(*out)->ranges);
}

static enum token_kind flipped(enum token_kind op)
{
	switch (op) {
	case TOKEN_LT:
		return TOKEN_GT;
	case TOKEN_LE:
		return TOKEN_GE;
	case TOKEN_GT:
		return TOKEN_LT;
	case TOKEN_GE:
		return TOKEN_LE;
	default:
		return op;
	}
}

static int comparison_of_exprs(struct checker *c, const struct node *node, enum token_kind op,
			       bool is_negated, struct test **out)
{
	const struct node *a = node->first, *b = a->next;
	const struct expr *left, *right;
	struct range value = {0};
	int r = check_expr(c, a, &left);

	r = r ? r : check_expr(c, b, &right);
	if (r)
		return r;
	if (left->kind == EXPR_CONST && right->kind == EXPR_CONST)
		return check_fault(c, node_start(a),
				   "neither side of this comparison names a column");
	r = units_compare(c, left, a, right, b);
	if (r)
		return r;
	if (left->kind == EXPR_CONST) {
		const struct expr *swap = left;

		left = right, right = swap;
		op = flipped(op);
	}
	if (right->kind == EXPR_CONST) {
		value.low.val = value.high.val = right->val;
		return ranges_test(c, left, op, &value, is_negated, out);
	}
	r = new_test(c, TEST_COMPARE, is_negated, COST_CELLS, out);
	if (r)
		return r;
	(*out)->op = op;
	(*out)->left = left;
	(*out)->right = right;
	return 0;
}

static bool is_text(struct checker *c, const struct column *column)
{
	enum domain domain = domain_of(c->table, column);

	return domain == DOMAIN_TEXT || domain == DOMAIN_SHOWN;
}

/* Behind a minus, too: -packets, which -ENOENT may look like. */
static bool literal_names_column(struct checker *c, const struct node *literal,
				 struct column *column)
{
	return check_names_column(c, node_is_negative(literal) ? literal->first : literal, column);
}

static bool is_nan(const struct range *value)
{
	return value->low.val.kind == VAL_REAL && val_is_unknown(&value->low.val);
}

static int nan_fault(struct checker *c, const struct node *word)
{
	return check_fault(c, node_start(word), "nan is in no order; compare it by == or !=");
}

static int nan_test(struct checker *c, const struct column *column, enum token_kind op,
		    const struct node *word, bool is_negated, struct test **out)
{
	int r;

	if (op != TOKEN_EQ && op != TOKEN_NE)
		return nan_fault(c, word);
	r = new_test(c, TEST_NAN, is_negated != (op == TOKEN_NE), COST_CELLS, out);
	return r ? r : check_column(c, column, &(*out)->left);
}

/* column op word. 1: the word is a column too, compare the two. */
static int comparison_with_word(struct checker *c, const struct column *column, enum token_kind op,
				const struct node *word, bool is_negated, struct test **out)
{
	struct column other;
	const struct expr *left;
	struct range value;
	bool is_column = literal_names_column(c, word, &other);
	int r;

	if (is_column && !node_is_negative(word) && is_text(c, column) && is_text(c, &other))
		return 1;
	if (domain_of(c->table, column) == DOMAIN_STATE && op != TOKEN_EQ && op != TOKEN_NE)
		return check_fault(c, word->at, "a state has no order; compare it by == or !=");
	r = check_literal(c, column, word, &value);
	if (r)
		return is_column && r != -ENOMEM ? 1 : r;
	if (is_nan(&value))
		return nan_test(c, column, op, word, is_negated, out);
	r = check_column(c, column, &left);
	return r ? r : ranges_test(c, left, op, &value, is_negated, out);
}

/* "pkts.range == 2..3": both ends in one word, as the column shows them. false: the column has no ranges. */
static bool is_shown_range(struct checker *c, const struct node *subject, const struct node *range,
			   struct node *word)
{
	const struct node *first = range->first, *last = first->next;
	struct column column;
	uint32_t end;

	if (!check_names_column(c, subject, &column) || !column.field || !column.field->format ||
	    !format_is_range(column.field->format) || !node_is_literal(first) ||
	    !node_is_literal(last))
		return false;
	end = node_is_negative(last) ? last->first->end : last->end;
	*word = (struct node){.kind = NODE_TEXT,
			      .at = first->at,
			      .end = end,
			      .text = c->text + first->at,
			      .len = end - first->at};
	return true;
}

static int check_comparison(struct checker *c, const struct node *node, bool is_negated,
			    struct test **out)
{
	const struct node *a = node->first, *b = a->next;
	enum token_kind op = node->op;
	struct column column;
	struct node word;
	int r = 1;

	if (b->kind == NODE_RANGE) {
		if (!is_shown_range(c, a, b, &word))
			return check_fault(c, b->at, PARSE_RANGE_MISPLACED);
		b = &word;
	}
	if (check_names_column(c, a, &column) && node_is_literal(b))
		r = comparison_with_word(c, &column, op, b, is_negated, out);
	else if (check_names_column(c, b, &column) && node_is_literal(a))
		r = comparison_with_word(c, &column, flipped(op), a, is_negated, out);
	return r == 1 ? comparison_of_exprs(c, node, op, is_negated, out) : r;
}

/* -- in, ~, words alone -- */

static int no_value(struct checker *c, const struct node *node)
{
	return check_fault(c, node_start(node),
			   "what stands after 'in' are values; compare columns by ==");
}

static int member_value(struct checker *c, const struct expr *left, const struct column *column,
			const struct node *node, struct range *out)
{
	const struct expr *expr;
	int r;

	if (column && node_is_literal(node)) {
		r = check_literal(c, column, node, out);
		if (r == 0 && is_nan(out))
			return nan_fault(c, node);
		return r && literal_names_column(c, node, NULL) ? no_value(c, node) : r;
	}
	r = check_expr(c, node, &expr);
	if (r)
		return r;
	if (expr->kind != EXPR_CONST)
		return no_value(c, node);
	if (column && !domain_is_number(domain_of(c->table, column)))
		return check_mismatch(c, node, column);
	r = units_compare(c, left, node, expr, node);
	if (r)
		return r;
	*out = (struct range){.low.val = expr->val, .high.val = expr->val};
	return 0;
}

static bool ends_before_it_begins(const struct bound *low, const struct bound *high)
{
	if (low->is_moving || high->is_moving)
		return low->is_moving && high->is_moving && low->ago_ns < high->ago_ns;
	return val_compare(&low->val, &high->val) > 0;
}

static int member_range(struct checker *c, const struct expr *left, const struct column *column,
			const struct node *node, struct range *out)
{
	struct range high;
	int r;

	if (node->kind != NODE_RANGE)
		return member_value(c, left, column, node, out);
	if (column && domain_of(c->table, column) == DOMAIN_STATE)
		return check_fault(c, node->at,
				   "states have no order, so there is no range of them");
	r = member_value(c, left, column, node->first, out);
	r = r ? r : member_value(c, left, column, node->first->next, &high);
	if (r)
		return r;
	if (ends_before_it_begins(&out->low, &high.high))
		return check_fault(c, node_start(node), "this range ends before it begins");
	out->high = high.high;
	return 0;
}

/* A network is in another one when all of it is. */
static bool is_network(const struct column *column)
{
	const struct format *format = column->format  ? column->format
				      : column->field ? column->field->format
						      : NULL;

	return column->derive == DERIVE_TOTAL && format && strcmp(format->name, "cidr") == 0;
}

static int check_in(struct checker *c, const struct node *node, bool is_negated, struct test **out)
{
	const struct node *subject = node->first, *member;
	struct column column;
	bool is_column = check_names_column(c, subject, &column), has_range = false;
	const struct expr *left;
	struct ranges *ranges;
	size_t n = 0;
	int r = check_expr(c, subject, &left);

	if (!r && left->kind == EXPR_CONST)
		r = check_fault(c, node_start(subject), "no column stands before 'in'");
	r = r ? r : new_test(c, TEST_RANGES, is_negated != node->is_negated, expr_cost(left), out);
	if (r)
		return r;
	for (member = subject->next; member; member = member->next, n++)
		has_range |= member->kind == NODE_RANGE;
	ranges = &(*out)->ranges;
	ranges->at = arena_array(&c->query->mem, n, sizeof(*ranges->at));
	if (!ranges->at)
		return -ENOMEM;
	for (member = subject->next; member && !r; member = member->next)
		r = member_range(c, left, is_column ? &column : NULL, member,
				 &ranges->at[ranges->n++]);
	if (!r && is_column && is_network(&column) && !has_range)
		(*out)->kind = TEST_NETWORKS;
	else if (!r)
		r = moving_keep(c->query, c->table, ranges);
	(*out)->left = left;
	return r;
}

static int own_regex(struct checker *c, const struct node *node, struct regex **out)
{
	struct owned_regex *owned = arena_alloc(&c->query->mem, sizeof(*owned));
	struct err err = {0};
	bool is_verbatim = node->end - node->at - node->len <= 2; /* no escapes: columns agree */
	size_t quote = node->kind == NODE_TEXT;
	int r;

	if (!owned)
		return -ENOMEM;
	r = regex_compile(node->text, node->len, &owned->regex, &err);
	if (r == -EINVAL)
		return check_fault(c,
				   node->at + (is_verbatim && err.column > 0
						       ? (uint32_t)(quote + (size_t)err.column - 1)
						       : 0),
				   "%s", err.text);
	if (r)
		return r;
	owned->next = c->query->regexes;
	c->query->regexes = owned;
	*out = owned->regex;
	return 0;
}

static int check_match(struct checker *c, const struct node *node, bool is_negated,
		       struct test **out)
{
	const struct node *subject = node->first, *pattern = subject->next;
	struct column column;
	int r;

	if (!check_names_column(c, subject, &column))
		return subject->kind == NODE_WORD ? check_unknown_column(c, subject)
						  : check_fault(c, node_start(subject),
								"only a column has text to match");
	if (node_is_negative(pattern) || pattern->kind > NODE_TEXT)
		return check_fault(c, pattern->at, "expected a regular expression in quotes");
	r = new_test(c, TEST_REGEX, is_negated != node->is_negated, COST_TEXT, out);
	r = r ? r : own_regex(c, pattern, &(*out)->regex);
	return r ? r : check_shown(c, &column, &(*out)->left);
}

/* Leaves *out alone where no field can be left out. */
static int choose_skips(struct checker *c, const char *needle, bool in_value, const bool **out)
{
	const struct plan *plan = &c->table->plan;
	bool *skips = arena_array(&c->query->mem, plan->n_fields + 1, sizeof(*skips));

	if (!skips)
		return -ENOMEM;
	if (!plan->is_variables && (!in_value || c->table->map.n_cpus == 1) &&
	    format_skip_leaves(plan, in_value, needle, skips))
		*out = skips;
	return 0;
}

static int search_test(struct checker *c, const struct node *node, bool is_negated,
		       struct test **out)
{
	static const struct column key = {.derive = DERIVE_KEY}, value = {.derive = DERIVE_VALUE};
	int r = new_test(c, TEST_SEARCH, is_negated, COST_TEXT, out);

	if (r)
		return r;
	(*out)->needle = literal_shown(node->text, node->len, &c->query->mem);
	if (!(*out)->needle)
		return -ENOMEM;
	r = choose_skips(c, (*out)->needle, false, &(*out)->key_skips);
	r = r ? r : choose_skips(c, (*out)->needle, true, &(*out)->value_skips);
	r = r ? r : check_slot(c, &key, &(*out)->key_slot);
	return r ? r : check_slot(c, &value, &(*out)->value_slot);
}

static int check_alone(struct checker *c, const struct node *node, bool is_negated,
		       struct test **out)
{
	const struct range zero = {.low.val = val_uint(0), .high.val = val_uint(0)};
	struct column column;
	const struct expr *left;
	int r;

	if (!check_names_column(c, node, &column))
		return search_test(c, node, is_negated, out);
	if (!domain_is_number(domain_of(c->table, &column)))
		return check_fault(
			c, node->at,
			"'%.*s' alone is no condition; compare it, or put it in quotes to "
			"search for it",
			(int)node->len, node->text);
	r = check_column(c, &column, &left);
	return r ? r : ranges_test(c, left, TOKEN_NE, &zero, is_negated, out);
}

/* -- and, or -- */

static void insert_by_cost(struct test **at, struct test *test)
{
	while (*at && (*at)->cost <= test->cost)
		at = &(*at)->next;
	test->next = *at;
	*at = test;
}

/* All members narrow down what the next one has to look at, so all costs what its first costs; any
 * has to try every one. */
static int check_members(struct checker *c, const struct node *node, bool is_negated,
			 struct test **out)
{
	bool is_all = (node->kind == NODE_AND) != is_negated;
	int r = new_test(c, is_all ? TEST_ALL : TEST_ANY, false, COST_NUMBERS, out);
	enum test_cost dearest = COST_NUMBERS;

	for (const struct node *member = node->first; member && !r; member = member->next) {
		struct test *test;

		r = check_test(c, member, is_negated, &test);
		if (r)
			break;
		dearest = MAX_OF(dearest, test->cost);
		insert_by_cost(&(*out)->first, test);
	}
	if (!r)
		(*out)->cost = is_all ? (*out)->first->cost : dearest;
	return r;
}

static int check_test(struct checker *c, const struct node *node, bool is_negated,
		      struct test **out)
{
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		return check_members(c, node, is_negated, out);
	case NODE_NOT:
		return check_test(c, node->first, !is_negated, out);
	case NODE_COMPARE:
		return check_comparison(c, node, is_negated, out);
	case NODE_MATCH:
		return check_match(c, node, is_negated, out);
	case NODE_IN:
		return check_in(c, node, is_negated, out);
	case NODE_WORD:
	case NODE_TEXT:
		return check_alone(c, node, is_negated, out);
	default:
		return check_fault(
			c, node_start(node),
			"a number alone is no condition; compare it, like pkts + drops > 0");
	}
}

int check_query(const char *text, struct node *node, const struct table *table, struct query *query,
		struct err *err)
{
	struct checker c = {.text = text, .table = table, .query = query, .err = err};

	int r = check_test(&c, node, false, &query->root);

	return c.has_no_memory ? -ENOMEM : r;
}
