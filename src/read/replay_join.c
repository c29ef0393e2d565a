/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of one recording. What their HEADs say, decides: when and where the recording began must be the same
 * in all of them, and the numbers of the files are their order. */
#include "read/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/tidy.h"
#include "read/replay_state.h"

static int no_file(const char *name, struct err *err)
{
	return err_set(err, -EINVAL, "'%s' is no file; each of several must be one", name);
}

static int read_head(const struct replay_file *file, struct tape_head *out)
{
	SCOPED(tape_reader) reader = {0};
	uint8_t bytes[TAPE_LABEL_BYTES];
	uint64_t at = TAPE_MAGIC_BYTES;
	struct tape_label label;
	ptrdiff_t n = replay_pread(file->fd, &at, bytes, sizeof(bytes));
	int r;

	if (n < TAPE_LABEL_BYTES)
		return n < 0 ? (int)n : -EBADMSG;
	r = tape_label_read(bytes, &label);
	if (r == 0)
		r = label.tag == TAPE_HEAD
			    ? replay_read_facts(file->fd, TAPE_MAGIC_BYTES, &label, &reader)
			    : -EBADMSG;
	if (r < 0)
		return r == -EPIPE ? -EBADMSG : r; /* it is short */
	return tape_unpack_head(reader.body.at, (size_t)label.length, out);
}

static int check_magic(const struct replay_file *file, struct err *err)
{
	uint8_t magic[TAPE_MAGIC_BYTES];
	uint64_t at = 0;
	ptrdiff_t n = replay_pread(file->fd, &at, magic, sizeof(magic));

	if (n < 0)
		return err_set(err, (int)n, "cannot read tape '%s': %s", file->name,
			       err_words((int)n));
	if (n < TAPE_MAGIC_BYTES)
		return err_set(err, -EBADMSG,
			       n ? "'%s' is not a tape: it is too short" : "tape '%s' is empty",
			       file->name);
	return tape_magic_check(magic, file->name, err);
}

static bool is_same_recording(const struct tape_head *a, const struct tape_head *b)
{
	return a->began_ns == b->began_ns && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->boot, b->boot) == 0;
}

/* The head of the first that was given stands for the recording. */
static int take_file(struct replay *replay, struct replay_file *file, struct err *err)
{
	struct tape_head head = {0};
	int r = check_magic(file, err);

	if (r < 0)
		return r;
	r = read_head(file, &head);
	if (r < 0)
		return err_set(err, r, "cannot read the beginning of tape '%s': %s", file->name,
			       r == -EBADMSG ? "it is damaged" : err_words(r));
	file->number = head.file;
	if (!head.file)
		r = err_set(
			err, -EINVAL,
			"tape '%s' doesn't say which file of a recording it is: replay it alone",
			file->name);
	else if (replay->n_files > 1 && !is_same_recording(&head, &replay->head))
		r = err_set(err, -EINVAL,
			    "tape '%s' is of another recording than '%s': replay it alone, or see "
			    "both by file:%s file:%s",
			    file->name, replay->files->name, replay->files->name, file->name);
	if (r < 0 || replay->n_files > 1) {
		tape_head_release(&head);
		return r;
	}
	replay->head = head;
	return 0;
}

static int add_path(struct replay *replay, const char *path, struct err *err)
{
	struct stat stat;
	int fd = strcmp(path, "-") == 0 ? no_file("-", err) : replay_open(path, err);
	int r = fd < 0 ? fd : replay_add_file(replay, fd, path, err);

	if (r < 0)
		return r;
	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode))
		return no_file(path, err);
	return take_file(replay, &replay->files[replay->n_files - 1], err);
}

static int by_number(const void *a, const void *b)
{
	const struct replay_file *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int put_in_order(struct replay *replay, struct err *err)
{
	struct replay_file *files = replay->files;

	qsort(files, replay->n_files, sizeof(*files), by_number);
	replay->name = files[replay->n_files - 1].name;
	for (uint32_t i = 1; i < replay->n_files; i++)
		if (files[i].number == files[i - 1].number)
			return err_set(err, -EINVAL,
				       "tapes '%s' and '%s' are the same file of the recording: "
				       "leave one of them out",
				       files[i - 1].name, files[i].name);
	return 0;
}

int source_tape_join(const char *const *paths, size_t n_paths, struct source **out, struct err *err)
{
	struct replay *replay;
	int r = 0;

	if (n_paths == 1)
		return source_tape_new(paths[0], out, err);
	replay = replay_new(true);
	if (!replay)
		return err_set(err, -ENOMEM, "out of memory for tapes");
	for (size_t i = 0; r == 0 && i < n_paths; i++)
		r = add_path(replay, paths[i], err);
	if (r == 0)
		r = put_in_order(replay, err);
	if (r == 0)
		r = replay_begin_files(replay, err);
	if (r < 0)
		replay->source.ops->free(&replay->source);
	else
		*out = &replay->source;
	return r;
}
