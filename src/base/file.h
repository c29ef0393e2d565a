/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole files in, whole files out. */
#pragma once

#include <stddef.h>

struct buf;
struct err;

/* Adds the contents to out. -EFBIG beyond max_bytes; other -errno as open(2) and read(2) say. */
int file_read(const char *path, size_t max_bytes, struct buf *out);

/* Writes beside the file and renames over it, so that readers see the old or the new, never a part.
 * 0 or -errno with a sentence. */
int file_replace(const char *path, const void *bytes, size_t n, struct err *err);

/* Writes all n bytes to fd, through EINTR and short writes. 0 or -errno (-EPIPE among them). */
int file_write_all(int fd, const void *bytes, size_t n);

/* Removes the regular file that path leads to; a device, a pipe or a folder is left alone. 0, also where there
 * is none, or -errno (-EINVAL where it isn't a regular file). */
int file_remove(const char *path);
