/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Replacing is a promise to readers, not to the disk: nothing is synced, since an export that is replaced
 * each second must not wait for the disk each second. After a power cut there may be the old file.
 *
 * What stands at the path keeps its mode and owner, a link goes on pointing at the file that is replaced,
 * and anything but a regular file (/dev/null!) is refused. */
#include "base/file.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 65536, TEMP_TRIES = 100 };

/* Reads to the end of fd. */
static int read_all(int fd, size_t max_bytes, struct buf *out)
{
	size_t began = out->len;

	for (;;) {
		if (buf_reserve(out, READ_BYTES) < 0)
			return -ENOMEM;
		ssize_t n = read(fd, out->at + out->len, READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		if ((size_t)n > max_bytes - (out->len - began)) {
			out->at[out->len] = '\0';
			return -EFBIG;
		}
		out->len += (size_t)n;
		out->at[out->len] = '\0';
	}
}

int file_read(const char *path, size_t max_bytes, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	size_t began = out->len;
	int code = read_all(fd, max_bytes, out);
	if (code < 0)
		buf_cut(out, began);
	close(fd);
	return code;
}

int file_write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t done = write(fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Opens a new file beside path; its name goes to temp. The descriptor or -errno. */
static int open_beside(const char *path, struct buf *temp)
{
	for (int i = 0; i < TEMP_TRIES; i++) {
		buf_clear(temp);
		buf_addf(temp, "%s.%d-%d.tmp", path, (int)getpid(), i);
		if (temp->failed)
			return -ENOMEM;
		int fd = open(temp->at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* Mode and owner of the old file. Where the owner can't be kept, a group that never had a say gets no
 * more than everybody. */
static int keep_mode(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;

	if (fchown(fd, old->st_uid, old->st_gid) < 0)
		mode = (mode & 0707) | (mode & 07) << 3;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

static int write_and_rename(const char *path, const struct stat *old, const void *bytes, size_t n)
{
	SCOPED(buf) temp = {0};
	int fd = open_beside(path, &temp);

	if (fd < 0)
		return fd;
	int code = old ? keep_mode(fd, old) : 0;
	if (code == 0)
		code = file_write_all(fd, bytes, n);
	if (close(fd) < 0 && code == 0)
		code = -errno;
	if (code == 0 && rename(temp.at, path) < 0)
		code = -errno;
	if (code < 0)
		unlink(temp.at);
	return code;
}

int file_replace(const char *path, const void *bytes, size_t n, struct err *err)
{
	struct stat old;
	bool is_there = stat(path, &old) == 0;

	if (is_there && !S_ISREG(old.st_mode))
		return err_set(err, -EINVAL, "cannot write '%s': it is not a regular file", path);
	char *real = is_there ? realpath(path, NULL) : NULL;
	if (is_there && !real)
		return err_set(err, -errno, "cannot write '%s': %s", path, err_words(-errno));
	int code = write_and_rename(real ? real : path, is_there ? &old : NULL, bytes, n);
	free(real);
	return code < 0 ? err_set(err, code, "cannot write '%s': %s", path, err_words(code)) : 0;
}

int file_remove(const char *path)
{
	struct stat there;

	if (stat(path, &there) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(there.st_mode))
		return -EINVAL;
	char *real = realpath(path, NULL);
	int code = real && unlink(real) == 0 ? 0 : -errno;
	free(real);
	return code;
}
