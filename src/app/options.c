// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From argv to struct options. getopt_long does the splitting; its short and long lists are made from
 * option_rows, so an option is one row with its validator. */
#include "app/commands.h"
#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "app/option_rows.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/words.h"
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

/* The one that may have been meant; NULL: none. */
static const struct option_row *option_near(const char *name, size_t len)
{
	const struct option_row *nearest = NULL;
	unsigned least = words_far(len);

	for (unsigned i = 0; i < n_option_rows; i++)
		if (words_nearer(name, len, option_rows[i].name, &least))
			nearest = &option_rows[i];
	return nearest;
}

/* One that isn't, or the beginning of several. */
static int bad_long_option(const char *word, struct err *err)
{
	const char *name = word + strspn(word, "-");
	size_t len = strcspn(name, "=");
	const struct option_row *near;
	unsigned n = 0;
	SCOPED(buf) meant = {0};

	for (unsigned i = 0; i < n_option_rows; i++)
		if (len && strncmp(option_rows[i].name, name, len) == 0)
			buf_addf(&meant, "%s--%s", n++ ? ", " : "", option_rows[i].name);
	if (n > 1)
		return err_set(err, -EINVAL, "option '%s' is the beginning of %s", word,
			       buf_text(&meant));
	near = option_near(name, len);
	if (near)
		return err_set(err, -EINVAL, "there is no option '%s'; did you mean '--%s'?", word,
			       near->name);
	return err_set(err, -EINVAL, "there is no option '%s'; see --help", word);
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
	return bad_long_option(word, err);
}

/* Of two values the first would be passed over in silence. */
static int given_twice(const struct option_row *row, struct err *err)
{
	if (row->joined_by)
		return err_set(err, -EINVAL, "option '--%s' is given twice; join the two by '%s'",
			       row->name, row->joined_by);
	return err_set(err, -EINVAL, "option '--%s' is given twice; leave one of them out",
		       row->name);
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
		const struct option_row *row = row_of(code);
		uint64_t bit = UINT64_C(1) << (row - option_rows);

		if (optarg && (options->given & bit))
			return given_twice(row, err);
		r = row->set(options, optarg, err);
		if (r < 0)
			return r;
		options->given |= bit;
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

static bool is_heeded(const struct option_row *row, const char *command)
{
	size_t len = strlen(command);

	for (const char *at = row->heeded_by; at; at = strchr(at, ' ')) {
		at += strspn(at, " ");
		if (strncmp(at, command, len) == 0 && (!at[len] || at[len] == ' '))
			return true;
	}
	return !row->heeded_by;
}

static int check_heeded(const struct options *options, struct err *err)
{
	const char *command = options->command->name;

	for (unsigned i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if ((options->given >> i & 1) && !is_heeded(row, command))
			return err_set(err, -EINVAL, "'%s' takes no --%s; it is for: %s", command,
				       row->name, row->heeded_by);
	}
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
	if (r == 0)
		r = check_heeded(options, err);
	if (r == 0 && options->group_filter && !options->group)
		return err_set(err, -EINVAL, "'--group-filter' is of groups, which -g makes");
	if (r == 0 && options->command->run != run_info && options->wants_c)
		return err_set(err, -EINVAL, "only 'info' writes c");
	return r;
}
