// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From argv to struct options. getopt_long does the splitting; its short and long lists are made from
 * option_rows, so an option is one row with its validator. */
#include "app/commands.h"
#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "app/option_rows.h"
#include "base/err.h"
#include "out/prom.h"

enum { LONG_BASE = 1000, MAX_OPTIONS = 64 };

static bool takes_optional(const struct option_row *row)
{
	return row->argument && row->argument[strlen(row->argument) - 1] == '?';
}

/* longs has room for MAX_OPTIONS and the end, shorts for two bytes each, the ':' and the NUL. */
static void getopt_lists(struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (unsigned i = 0; i < n_option_rows && i < MAX_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		longs[i].name = row->name;
		longs[i].has_arg = !row->argument	 ? no_argument
				   : takes_optional(row) ? optional_argument
							 : required_argument;
		longs[i].val = LONG_BASE + (int)i;
		if (!row->letter)
			continue;
		*shorts++ = row->letter;
		if (row->argument && !takes_optional(row))
			*shorts++ = ':';
	}
	*shorts = '\0';
}

static const struct option_row *row_of(int code)
{
	if (code >= LONG_BASE)
		return &option_rows[code - LONG_BASE];
	for (unsigned i = 0; i < n_option_rows; i++)
		if (code && option_rows[i].letter == code)
			return &option_rows[i];
	return NULL;
}

static int bad_option(int code, const char *word, struct err *err)
{
	const struct option_row *row = row_of(optopt);

	if (code == ':' && row)
		return err_set(err, -EINVAL, "option '--%s' needs a value: %s", row->name,
			       row->argument);
	if (row)
		return err_set(err, -EINVAL, "option '--%s' takes no value", row->name);
	if (optopt)
		return err_set(err, -EINVAL, "there is no option '-%c'; see --help", optopt);
	return err_set(err, -EINVAL, "there is no option '%s', or more than one; see --help", word);
}

static int split(struct options *options, int argc, char **argv, struct err *err)
{
	struct option longs[MAX_OPTIONS + 1] = {0};
	char shorts[2 * MAX_OPTIONS + 2];
	int code, r;

	getopt_lists(longs, shorts);
	opterr = 0;
	optind = 1;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (code == '?' || code == ':')
			return bad_option(code, argv[optind - 1], err);
		r = row_of(code)->set(options, optarg, err);
		if (r < 0)
			return r;
	}
	options->words = (const char *const *)argv + optind;
	options->n_words = argc - optind;
	return 0;
}

static int pick_command(struct options *options, struct err *err)
{
	const struct command *command = NULL;

	if (options->n_words)
		command = command_named(options->words[0]);
	options->has_command = command;
	if (command)
		options->words++, options->n_words--;
	else
		command = command_named("watch");
	if (options->is_batch && !strcmp(command->name, "watch"))
		command = command_named("stream");
	options->command = command;
	if (options->n_words < command->min_maps)
		return err_set(err, -EINVAL, "'%s' needs %s; 'bpfmaptop list' shows what there is",
			       command->name, command->arguments);
	if (command->max_maps >= 0 && options->n_words > command->max_maps)
		return err_set(err, -EINVAL, "'%s' does not know what to do with '%s'",
			       command->name, options->words[command->max_maps]);
	return 0;
}

int options_parse(struct options *options, int argc, char **argv, struct err *err)
{
	int r;

	*options = (struct options){
		.interval_ns = INTERVAL_NS,
		.max_rows = (size_t)1 << 22,
		.max_series = PROM_MAX_SERIES,
		.seed = 1,
		.max_files = 8,
	};
	r = split(options, argc, argv, err);
	if (r < 0 || options->help_topic || options->wants_version || options->wants_manual ||
	    options->wants_config)
		return r;
	r = pick_command(options, err);
	if (r == 0 && options->command->run != run_info &&
	    (options->wants_schema || options->wants_c))
		return err_set(err, -EINVAL, "only 'info' writes %s",
			       options->wants_c ? "c" : "a schema");
	return r;
}
