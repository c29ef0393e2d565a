/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows of the options, for the parser and for what is printed of them. */
#pragma once

struct err;
struct options;

struct option_row {
	char letter;	      /* 0: only the long name */
	const char *name;     /* without the dashes */
	const char *argument; /* NULL: a flag; "TOPIC?": may be left out */
	const char *help;
	/* Checks and stores; value is NULL for flags. 0, or -EINVAL with a sentence. */
	int (*set)(struct options *options, const char *value, struct err *err);
	/* The commands that heed it, with spaces between; NULL: all. The others refuse it: what is passed
	 * over in silence was meant. */
	const char *heeded_by;
	/* What several values are joined by to one, as an option with a value is given once; NULL: nothing. */
	const char *joined_by;
};

extern const struct option_row option_rows[];
extern const unsigned n_option_rows;
