// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An option is a row: letter, name, argument, help, and the function that checks and stores it. */
#include "app/option_rows.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "app/options.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/returns.h"
#include "model/smooth.h"
#include "model/words.h"
#include "out/out.h"
#include "read/source.h"

static int set_interval(struct options *options, const char *value, struct err *err)
{
	double seconds;

	if (num_double(value, &seconds) < 0 || !(seconds >= 0.1 && seconds <= 3600))
		return err_set(err, -EINVAL,
			       "interval '%s' is not a number of seconds from 0.1 to 3600", value);
	options->interval_ns = (uint64_t)llround(seconds * 1e9);
	options->has_interval = true;
	return 0;
}

static int whole_number(const char *what, const char *value, uint64_t min, uint64_t max,
			uint64_t *out, struct err *err)
{
	uint64_t n;

	if (num_u64(value, &n) < 0 || n < min || n > max)
		return err_set(err, -EINVAL, "%s '%s' is not a whole number from %llu to %llu",
			       what, value, (unsigned long long)min, (unsigned long long)max);
	*out = n;
	return 0;
}

static int set_readings(struct options *options, const char *value, struct err *err)
{
	return whole_number("count", value, 1, UINT32_MAX, &options->n_readings, err);
}

static int set_rows(const char *what, const char *value, size_t *out, struct err *err)
{
	uint64_t n = 0;
	int r = whole_number(what, value, 1, UINT32_MAX - 1, &n, err);

	if (r == 0)
		*out = (size_t)n;
	return r;
}

static int set_limit(struct options *options, const char *value, struct err *err)
{
	return set_rows("limit", value, &options->limit, err);
}

static int set_max_rows(struct options *options, const char *value, struct err *err)
{
	return set_rows("max-rows", value, &options->max_rows, err);
}

static int set_ghosts(struct options *options, const char *value, struct err *err)
{
	uint64_t n = 0;
	int r = whole_number("ghosts", value, RETURNS_LEAST, RETURNS_MOST, &n, err);

	if (r == 0)
		options->n_ghosts = (uint32_t)n;
	return r;
}

static int set_max_series(struct options *options, const char *value, struct err *err)
{
	return set_rows("max-series", value, &options->max_series, err);
}

static int set_seed(struct options *options, const char *value, struct err *err)
{
	return whole_number("seed", value, 0, UINT64_MAX, &options->seed, err);
}

static int set_place(struct options *options, const char *value, struct err *err)
{
	return set_rows("place", value, &options->place, err);
}

static int set_max_files(struct options *options, const char *value, struct err *err)
{
	uint64_t n = 0;
	int r = whole_number("max-files", value, 1, 10000, &n, err);

	if (r == 0)
		options->max_files = (size_t)n;
	return r;
}

static int set_duration(struct options *options, const char *value, struct err *err)
{
	struct num num;
	int n = num_parse(value, strlen(value), &num);

	if (n <= 0 || value[n] || num.is_negative || !(num.real > 0) ||
	    (num.kind != NUM_TIME && num.kind != NUM_PLAIN))
		return err_set(err, -EINVAL, "duration '%s' is not a time like 90s, 10m or 2h",
			       value);
	/* A plain number is seconds, as of -d. */
	if (num.kind == NUM_PLAIN)
		num.real *= 1e9;
	options->duration_ns = num.real < 1e18 ? (uint64_t)num.real : (uint64_t)1e18;
	return 0;
}

static int set_max_bytes(struct options *options, const char *value, struct err *err)
{
	struct num num;
	int n = num_parse(value, strlen(value), &num);

	if (n <= 0 || value[n] || num.is_negative || !num.is_whole || !num.whole ||
	    num.whole > UINT64_MAX || num.kind == NUM_TIME || num.kind == NUM_PERCENT)
		return err_set(err, -EINVAL, "size '%s' is not a number of bytes like 500M or 2Gi",
			       value);
	options->max_bytes = (uint64_t)num.whole;
	return 0;
}

static int set_hex_width(struct options *options, const char *value, struct err *err)
{
	uint64_t n;

	if (num_u64(value, &n) < 0 || n > 8 || (n & (n - 1)))
		return err_set(err, -EINVAL, "hex width '%s' is not 0, 1, 2, 4 or 8", value);
	options->hex_width = (unsigned)n;
	return 0;
}

static int no_output(const char *name, struct err *err)
{
	unsigned least = words_far(strlen(name));
	const struct out_ops *out;
	const char *near = NULL;

	for (unsigned i = 0; (out = out_at(i)); i++)
		if (words_nearer(name, strlen(name), out->name, &least))
			near = out->name;
	if (near)
		return err_set(err, -EINVAL, "no output format is called '%s'; did you mean '%s'?",
			       name, near);
	return err_set(err, -EINVAL, "no output format is called '%s'; --help=outputs lists them",
		       name);
}

static int set_output(struct options *options, const char *value, struct err *err)
{
	options->output = out_named(value);
	options->wants_c = strcmp(value, "c") == 0;
	return options->output || options->wants_c ? 0 : no_output(value, err);
}

static int set_colour(struct options *options, const char *value, struct err *err)
{
	static const char *const names[] = {
		[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i], value)) {
			options->colour = (enum colour_mode)i;
			return 0;
		}
	return err_set(err, -EINVAL, "colour '%s' is not auto, always or never", value);
}

#define SET_TEXT(member)                                                                           \
	static int set_##member(struct options *options, const char *value, struct err *err)       \
	{                                                                                          \
		(void)err;                                                                         \
		options->member = value;                                                           \
		return 0;                                                                          \
	}
#define SET_FLAG(member)                                                                           \
	static int set_##member(struct options *options, const char *value, struct err *err)       \
	{                                                                                          \
		(void)value, (void)err;                                                            \
		options->member = true;                                                            \
		return 0;                                                                          \
	}
SET_TEXT(filter)
SET_TEXT(sort)
SET_TEXT(columns)
SET_TEXT(group)
SET_TEXT(group_filter)
SET_TEXT(theme)
SET_TEXT(interface)
SET_TEXT(schema)
SET_TEXT(object)
SET_TEXT(alert)
SET_TEXT(until)
SET_FLAG(rings)
SET_FLAG(begins_baseline)
SET_FLAG(is_batch)
SET_FLAG(is_formatted)
SET_FLAG(is_strict)
SET_FLAG(verifies)
SET_FLAG(is_ascii)
SET_FLAG(is_verbose)
SET_FLAG(wants_version)
SET_FLAG(wants_manual)
SET_FLAG(wants_config)
SET_FLAG(has_mouse)
SET_FLAG(saves_on_exit)
SET_FLAG(wants_schema)

static int set_smooth(struct options *options, const char *value, struct err *err)
{
	options->smooth = value;
	return smooth_read(value, &options->smooth_ns, err);
}

static int set_method(struct options *options, const char *value, struct err *err)
{
	options->method = value;
	return source_check_method(value, err);
}

static int set_help(struct options *options, const char *value, struct err *err)
{
	(void)err;
	options->help_topic = value ? value : "";
	return 0;
}

/* Commands by what they do. */
#define SHOWS	"watch dump stream replay export demo" /* rows */
#define GOES_ON "watch stream record replay export demo"
#define READS	"watch info dump stream record replay export demo"
#define RECORDS "record watch replay demo" /* by a key, too */

const struct option_row option_rows[] = {
	{'d', "interval", "SECS", "time between readings, 0.1 to 3600 (default 1)", set_interval,
	 READS},
	{'n', "count", "COUNT", "stop after COUNT readings", set_readings, GOES_ON},
	{'b', "batch", NULL, "no screen: the same as 'stream -o text'", set_is_batch},
	{'f', "filter", "EXPR", "only rows that match (--help=query)", set_filter, SHOWS, "and"},
	{'s', "sort", "SORT",
	 "order, such as -pkts.rate,key; '-' descends; list: by one of its columns", set_sort,
	 SHOWS " list", ","},
	{0, "smooth", "TIME",
	 "sort by rates smoothed over so long, such as 10s (f.smooth shows them)", set_smooth,
	 SHOWS},
	{'c', "columns", "LIST", "columns, each optionally with a format: saddr,bytes:size",
	 set_columns, SHOWS, ","},
	{'g', "group", "LIST", "fold rows: proto,saddr/24,bytes:log2; list: name, type or program",
	 set_group, SHOWS " list", ","},
	{0, "group-filter", "EXPR", "only groups that match, such as 'count > 9' (-f is of rows)",
	 set_group_filter, SHOWS, "and"},
	{'o', "output", "FORMAT", "how rows are written (--help=outputs); info: also c", set_output,
	 "watch list info dump stream replay export"},
	{0, "alert", "EXPR", "mark rows that match, and say when the first one does", set_alert,
	 SHOWS, "or"},
	{0, "bell", NULL, "ring the terminal's bell with an alert", set_rings, SHOWS},
	{0, "until", "EXPR", "stream: end when a row matches (status 1 if none did in -n readings)",
	 set_until, SHOWS, "or"},
	{0, "baseline", NULL, "count f.base from the first reading on", set_begins_baseline, SHOWS},
	{'l', "limit", "ROWS", "write at most this many rows of a reading", set_limit, SHOWS},
	{0, "formatted", NULL, "json: the strings that the screen shows instead of plain values",
	 set_is_formatted, SHOWS},
	{0, "max-rows", "ROWS", "read at most this many entries of a map (default 4194304)",
	 set_max_rows, READS},
	{0, "at", "PLACE", "tapes: the reading to begin with, from 1 (dump: the last one)",
	 set_place, "watch dump stream replay"},
	{0, "for", "DURATION", "record, stream, export: stop after so long, such as 90s, 10m or 2h",
	 set_duration, "stream record export"},
	{0, "max-size", "SIZE", "record: begin a new file before one is larger, such as 500M",
	 set_max_bytes, RECORDS},
	{0, "max-files", "COUNT", "record: keep so many files with --max-size (default 8)",
	 set_max_files, RECORDS},
	{0, "verify", NULL, "replay: check the tape and say what is whole", set_verifies, "replay"},
	{0, "ghosts", "KEYS", "follow so many keys that went, to see which return (default 65536)",
	 set_ghosts, SHOWS},
	{0, "max-series", "COUNT",
	 "prom: series of a map's rows, the rest is summed (default 1000)", set_max_series, SHOWS},
	{0, "hex-width", "BYTES", "words that a map without BTF is shown in: 0, 1, 2, 4 or 8",
	 set_hex_width, READS},
	{0, "schema", "FILE", "layouts of maps, written down as JSON", set_schema, READS},
	{0, "btf", "FILE", "layouts from an object file's own BTF: x.bpf.o", set_object, READS},
	{0, "schema-out", NULL, "info: print the layout as a schema to start from",
	 set_wants_schema, "info"},
	{0, "method", "NAME", "read by this method only: mmap, batch, iter or next-key", set_method,
	 READS},
	{0, "strict", NULL, "never open a map read-write, not even to map its memory",
	 set_is_strict},
	{0, "theme", "NAME", "colours: a name, or the path of a theme file", set_theme},
	{0, "ascii", NULL, "draw with ASCII only", set_is_ascii},
	{0, "mouse", NULL,
	 "take the mouse: wheel, clicks on tabs, panes, rows; on a title they sort", set_has_mouse},
	{0, "save-on-exit", NULL,
	 "save how the maps are looked at when the screen is left, as W does", set_saves_on_exit},
	{0, "color", "WHEN", "auto, always or never", set_colour},
	{0, "iface", "IFNAME", "demo: attach to this interface instead of making packets",
	 set_interface, "demo"},
	{0, "seed", "NUMBER", "demo and sim: the traffic's seed (default 1)", set_seed},
	{'v', "verbose", NULL, "say on stderr what goes on behind the screen", set_is_verbose},
	{0, "print-config", NULL, "print the configuration that is in force", set_wants_config},
	{0, "man", NULL, "print the manual page", set_wants_manual},
	{'V', "version", NULL, "print the version", set_wants_version},
	{'h', "help", "TOPIC?",
	 "print help; --help=TOPIC: keys examples query formats outputs types", set_help},
};
const unsigned n_option_rows = ARRAY_LEN(option_rows);
