/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* replay: a tape on the screen, as rows, or checked. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/say.h"
#include "app/tapes.h"
#include "app/tui.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "read/caps.h"
#include "read/replay.h"

static void add_check(const struct replay_check *check, const char *path, struct buf *out)
{
	buf_addf(out, "%s: %llu %s of %u %s", path, (unsigned long long)check->n_readings,
		 num_noun(check->n_readings, "reading", "readings"), check->n_maps,
		 num_noun(check->n_maps, "map", "maps"));
	if (check->n_gone)
		buf_addf(out, ", %u of them went,", check->n_gone);
	if (check->last_ns > check->first_ns) {
		buf_adds(out, " over ");
		num_duration(out, (double)(check->last_ns - check->first_ns));
	}
	buf_addf(out, " %s whole, %llu %s%s\n", num_noun(check->n_readings, "is", "are"),
		 (unsigned long long)check->n_bytes, num_noun(check->n_bytes, "byte", "bytes"),
		 check->is_ended ? "" : "; the recording was not ended in order");
}

static int verify_one(const char *path, struct err *err)
{
	struct replay_check check;
	SCOPED(buf) out = {0};
	int r, w;

	r = replay_verify(path, &check, err);

	/* What isn't a tape at all has no whole part. */
	if (r < 0 && !check.n_bytes)
		return EXIT_FAILED;
	add_check(&check, path, &out);
	w = rows_flush(NULL, &out);
	rows_tell_unwritten(w, err);
	return r < 0 || w < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Each for itself, whatever is wrong with another. */
static int verify(const struct options *options, struct err *err)
{
	int status = EXIT_DONE;

	/* Anybody may have made them, and root may be looking. */
	caps_keep_reading();
	for (int i = 0; i < options->n_words; i++) {
		struct err why = {0};

		if (verify_one(options->words[i], &why) == EXIT_DONE)
			continue;
		if (status != EXIT_DONE)
			say("%s", err->text);
		*err = why;
		status = EXIT_FAILED;
	}
	return status;
}

/* Where keys come from: the terminal itself when the tape comes through stdin. -1: nowhere. */
static int open_keys(const char *path)
{
	if (strcmp(path, "-") != 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open("/dev/tty", O_RDWR | O_CLOEXEC);
}

/* The tape has a descriptor of its own by the time that keys take over stdin. */
static int on_screen(struct watch_set *set, const char *word, int keys_fd, struct err *err)
{
	const struct options *options = set->options;
	int r = watch_set_open(set, word, err);

	if (r < 0)
		return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	if (options->place && tapes_seek(set, options->place, err) < 0)
		return EXIT_USAGE;
	if (dup2(keys_fd, STDIN_FILENO) < 0)
		return EXIT_FAILED;
	return tui_run(set, NULL, NULL, err);
}

int run_replay(const struct options *options, struct err *err)
{
	const char *path = options->words[0];
	struct options tape = *options;
	struct watch_set set = {.options = &tape};
	int status, keys_fd;
	char *word;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	if (options->verifies)
		return verify(options, err);
	if (asprintf(&word, "file:%s", path) < 0)
		return err_set(err, -ENOMEM, "out of memory"), EXIT_FAILED;
	tape.words = (const char *const *)&word;
	tape.n_words = 1;
	if (options->n_words > 1)
		tape.files = options->words, tape.n_files = options->n_words;
	keys_fd = open_keys(path);
	if (options->output || options->is_batch || !tui_is_possible(keys_fd)) {
		status = run_stream(&tape, err);
	} else {
		status = on_screen(&set, word, keys_fd, err);
	}
	if (keys_fd >= 0)
		close(keys_fd);
	watch_set_release(&set);
	free(word);
	return status;
}
