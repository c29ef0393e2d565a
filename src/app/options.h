/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line: a row a command, a row an option. --help and the manual page are printed from the
 * same rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct options;
struct out_ops;

#define INTERVAL_NS 1000000000ull /* between readings, unless told */

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PARTLY = 3 };

struct command {
	const char *name;
	const char *arguments; /* "MAP...", "[MAP]..." */
	const char *help;
	int min_maps; /* words behind the command that it needs */
	int max_maps; /* -1: any number */
	/* returns an exit status; err holds the sentence when it isn't EXIT_DONE. */
	int (*run)(const struct options *options, struct err *err);
};

enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* What was asked, checked. Text is borrowed from argv. */
struct options {
	const struct command *command;
	bool has_command;	  /* it was named, not just the usual one */
	const char *const *words; /* behind the command: maps */
	int n_words;
	uint64_t interval_ns;
	bool has_interval;   /* it was given */
	uint64_t n_readings; /* 0: no end */
	bool is_batch;
	const char *filter, *sort, *columns; /* NULL: not given */
	const char *alert, *until;	     /* expressions; NULL: not given */
	bool rings, begins_baseline;
	const char *smooth;	  /* the time constant of smoothed rates, as it was given; NULL */
	uint64_t smooth_ns;	  /* 0: rates are not smoothed */
	const char *group;	  /* what rows or, by list, maps are folded by; NULL */
	const char *group_filter; /* which of the groups are shown; NULL: all */
	const struct out_ops *output; /* NULL: the command's usual one */
	bool is_formatted;
	size_t limit, max_rows, max_series;
	size_t place;	      /* in a tape, from 1; 0: not given */
	uint64_t duration_ns; /* 0: no end */
	uint64_t max_bytes;   /* of a recording's file; 0: no limit */
	size_t max_files;
	bool verifies;
	const char *const *files; /* of one recording, which `file:` with the first of them means */
	int n_files;		  /* 0: each is one of its own */
	uint32_t n_ghosts;	  /* keys that went to remember; 0: the usual */
	unsigned hex_width;	  /* of maps without a layout: 0 bytes, 1, 2, 4, 8 */
	const char *method, *theme, *interface;
	const char *schema, *object; /* paths of layouts; NULL: none */
	bool wants_schema, wants_c;
	bool is_strict, is_ascii, is_verbose, has_mouse, saves_on_exit;
	enum colour_mode colour;
	uint64_t seed;
	uint64_t given;		/* a bit for each of option_rows */
	const char *help_topic; /* --help: "" or a topic; NULL: not asked */
	bool wants_version, wants_manual, wants_config;
};

/* Reads the command line. The words behind the command are kept in order; a first word that is a
 * command's name is the command, else `watch` is meant. 0, or -EINVAL with a sentence. */
int options_parse(struct options *options, int argc, char **argv, struct err *err);

const struct command *command_at(unsigned i);	       /* rows in order, NULL past the end */
const struct command *command_named(const char *name); /* NULL: none */
/* The one that may have been meant; NULL: none is near. */
const struct command *command_near(const char *word);

/* --help [TOPIC]; -EINVAL with a sentence that lists the topics. */
int options_help(const char *topic, struct buf *out, struct err *err);
/* The manual page, as man(7) source. */
void options_manual(struct buf *out);
