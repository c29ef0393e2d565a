/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The language as people are told it: examples and grammar, a row each. --help=query and the manual page are
 * printed from them, and tests run every row. */
#pragma once

struct buf;

enum example_kind { EXAMPLE_FILTER, EXAMPLE_GROUP, EXAMPLE_SORT, N_EXAMPLE_KINDS };

struct query_example {
	enum example_kind kind;
	const char *text, *about;
};

/* A rule in EBNF: "..." stands for itself, | is or, [ ] may be left out, { } may stand any number of times.
 * What has no rule of its own is described in words. */
struct query_rule {
	const char *name, *is;
};

/* Rows in order, NULL past the end. */
const struct query_example *query_example_at(unsigned i);
const struct query_rule *query_rule_at(unsigned i);

/* All of it, at most 100 columns wide. */
void query_help(struct buf *out);
