// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* watch and demo: the two ways to the screen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/say.h"
#include "app/tui.h"
#include "app/watch.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "read/demo_feed.h"

enum { DEMO_MAX_MAPS = 8 };

/* Pipes and dumb terminals get the rows as text. */
static int watch_without_screen(const struct options *options, struct err *err)
{
	if (!options->n_words) {
		err_set(err, -ENOTTY,
			"there is no screen to pick a map on: name one, or see 'bpfmaptop list'");
		return EXIT_USAGE;
	}
	say("%s: writing text, as with -b", isatty(STDOUT_FILENO)
						    ? "the terminal can't show a screen"
						    : "stdout is not a terminal");
	return run_stream(options, err);
}

int run_watch(const struct options *options, struct err *err)
{
	struct watch_set set = {.options = options, .is_screen = true};
	int r, status;

	if (!tui_is_possible(STDIN_FILENO))
		return watch_without_screen(options, err);
	r = watch_set_open_words(&set, err);
	if (r < 0)
		status = r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	else
		status = tui_run(&set, NULL, NULL, err);
	watch_set_release(&set);
	return status;
}

/* The demo's maps, live; or simulated, where the kernel doesn't let us. */
static int open_demo(struct watch_set *set, struct demo_feed *feed, struct err *err)
{
	uint32_t ids[DEMO_MAX_MAPS];
	size_t n;
	int r = 0;

	if (!feed)
		return watch_set_open_simulated(set, err);
	n = demo_feed_maps(feed, ids, ARRAY_LEN(ids));
	for (size_t i = 0; r == 0 && i < n && i < ARRAY_LEN(ids); i++)
		r = watch_set_open_id(set, ids[i], err);
	return r;
}

int run_demo(const struct options *options, struct err *err)
{
	struct watch_set set = {.options = options};
	struct demo_feed *feed = NULL;
	struct err why = {0};
	char opening[ERR_TEXT_BYTES + 32];
	int status = EXIT_FAILED, r;

	if (!tui_is_possible(STDIN_FILENO)) {
		err_set(err, -ENOTTY, "the demo needs a terminal");
		return EXIT_FAILED;
	}
	r = demo_feed_start(options->interface, options->seed, &feed, &why);
	if (r < 0 && options->interface) {
		*err = why;
		return EXIT_FAILED;
	}
	snprintf(opening, sizeof(opening), "%s; showing a simulation instead", why.text);
	if (open_demo(&set, feed, err) == 0)
		status = tui_run(&set, feed ? NULL : SIMULATED_BADGE, feed ? NULL : opening, err);
	watch_set_release(&set);
	demo_feed_stop(feed);
	return status;
}
