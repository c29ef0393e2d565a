/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A chunk that could not be written whole is cut off again, so that a full disk leaves a whole tape.
 * A reader of a pipe who stalls can't hold us when we are to stop. */
#include "app/tape_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/tidy.h"

static const char *name_of(const struct tape_file *file)
{
	return strcmp(file->path, "-") == 0 ? "stdout" : file->path;
}

/* Not for everybody to read: what is in a map is the kernel's. */
enum { TAPE_MODE = 0600 };

static int open_path(struct tape_file *file)
{
	struct stat stat;
	int fd;

	file->is_ours = false;
	if (strcmp(file->path, "-") == 0)
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, TAPE_MODE);
	if (fd >= 0) {
		file->is_ours = true;
		return fd;
	}
	/* A device or a pipe by name may be there, a file of somebody's not. */
	if (errno != EEXIST || file->is_new || lstat(file->path, &stat) < 0 ||
	    S_ISREG(stat.st_mode))
		return -1;
	return open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

static int put_bytes(void *ctx, const void *bytes, size_t n)
{
	const struct tape_file *file = ctx;

	return file->is_regular ? file_write_all(file->fd, bytes, n)
				: stop_write(file->fd, bytes, n);
}

static int cannot_write(struct tape_file *file, int code, struct err *err)
{
	const char *left =
		file->has_readings ? "what was written before is whole" : "no reading was written";

	/* What was written of the last chunk is no use. */
	if (file->is_regular && ftruncate(file->fd, (off_t)file->n_bytes) < 0)
		return err_set(err, code, "cannot write tape '%s': %s; its end is torn",
			       name_of(file), err_words(code));
	return err_set(err, code, "cannot write tape '%s': %s; %s", name_of(file), err_words(code),
		       left);
}

/* path for 0, path.1, path.2, ... */
static const char *numbered(const struct tape_file *file, size_t i, char *out)
{
	if (i)
		snprintf(out, PATH_MAX, "%s.%zu", file->path, i);
	else
		snprintf(out, PATH_MAX, "%s", file->path);
	return out;
}

static int is_there_already(const char *path, struct err *err)
{
	return err_set(err, -EEXIST, "'%s' is there already: remove it, or record to another file",
		       path);
}

/* Those that follow would move over files of somebody's. */
static int check_numbered(const struct tape_file *file, struct err *err)
{
	char path[PATH_MAX];

	if (strlen(file->path) > PATH_MAX - 32)
		return err_set(err, -ENAMETOOLONG, "the name of tape '%s' is too long", file->path);
	for (size_t i = 1; i < file->max_files; i++)
		if (access(numbered(file, i, path), F_OK) == 0)
			return is_there_already(path, err);
	return 0;
}

int tape_file_open(struct tape_file *file, struct err *err)
{
	struct stat stat;
	int r = file->max_bytes && !file->n_files ? check_numbered(file, err) : 0;

	if (r < 0)
		return r;
	file->fd = open_path(file);
	if (file->fd < 0 && errno == EEXIST)
		return is_there_already(file->path, err);
	if (file->fd < 0 || fstat(file->fd, &stat) < 0)
		return err_set(err, -errno, "cannot make tape '%s': %s", name_of(file),
			       err_words(-errno));
	if (isatty(file->fd))
		return err_set(err, -EINVAL,
			       "a tape is nothing for a terminal: record to a file or a pipe");
	/* Shared stdout may be a file with something in it: then it is written to like a pipe. */
	file->is_regular = S_ISREG(stat.st_mode) && file->is_ours;
	file->n_bytes = 0;
	r = tape_write_magic(put_bytes, file);
	if (r < 0)
		return cannot_write(file, r, err);
	file->n_bytes = TAPE_MAGIC_BYTES;
	file->n_files++;
	return 0;
}

int tape_file_put(struct tape_file *file, const struct tape_chunk *chunk, struct err *err)
{
	int r = tape_chunk_write(chunk, put_bytes, file);

	if (r < 0)
		return cannot_write(file, r, err);
	file->n_bytes += tape_chunk_bytes(chunk);
	file->has_readings |= chunk->label.tag == TAPE_SNAP || chunk->label.tag == TAPE_DIFF;
	return 0;
}

bool tape_file_is_full(const struct tape_file *file, const struct tape_chunk *chunk)
{
	uint64_t end_bytes = TAPE_LABEL_BYTES + TAPE_SUM_BYTES;

	return file->max_bytes && file->is_regular &&
	       file->n_bytes + tape_chunk_bytes(chunk) + end_bytes > file->max_bytes;
}

static int move_on(struct tape_file *file, struct err *err)
{
	char from[PATH_MAX], to[PATH_MAX];
	size_t n = MIN_OF(file->max_files, file->n_files + 1);

	if (n == 1 && unlink(file->path) < 0)
		return err_set(err, -errno, "cannot remove tape '%s': %s", file->path,
			       err_words(-errno));
	for (size_t i = n - 1; i > 0; i--)
		if (rename(numbered(file, i - 1, from), numbered(file, i, to)) < 0 &&
		    errno != ENOENT)
			return err_set(err, -errno, "cannot rename tape '%s' to '%s': %s", from, to,
				       err_words(-errno));
	return 0;
}

int tape_file_rotate(struct tape_file *file, struct err *err)
{
	int r;

	close(file->fd);
	file->fd = -1;
	r = move_on(file, err);
	return r < 0 ? r : tape_file_open(file, err);
}

void tape_file_close(struct tape_file *file, bool is_wanted)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->is_ours && !is_wanted)
		unlink(file->path);
	file->fd = -1;
}
