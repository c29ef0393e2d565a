/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a recording goes: a file that may be followed by others, or a pipe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tape.h"

struct err;

struct tape_file {
	const char *path; /* borrowed; "-": stdout */
	int fd;
	bool is_new;	    /* devices and pipes by name won't do */
	bool is_regular;    /* can be cut short and followed by another */
	bool is_ours;	    /* made here, so that it can be unmade */
	uint64_t max_bytes; /* 0: no limit */
	size_t max_files;
	uint64_t n_bytes;  /* of whole chunks in this file */
	size_t n_files;	   /* begun so far */
	bool has_readings; /* in this file or those before it */
};

/* Opens file->path, which must not be there yet unless it is no regular file (nor path.1, ... where others
 * may follow), and writes how a tape begins. 0 or -errno with a sentence. */
int tape_file_open(struct tape_file *file, struct err *err);
/* Writes the chunk whole or, in a regular file, not at all. 0 or -errno with a sentence (-EPIPE when
 * nobody reads it any more, -EINTR when stopped while it waited). */
int tape_file_put(struct tape_file *file, const struct tape_chunk *chunk, struct err *err);
/* True when the chunk and an END don't fit below max_bytes any more. */
bool tape_file_is_full(const struct tape_file *file, const struct tape_chunk *chunk);
/* Ends this file and begins the next one under its name; the old ones move on to path.1, path.2, ..., the
 * oldest of max_files goes. */
int tape_file_rotate(struct tape_file *file, struct err *err);
/* Closes it. When nothing came of it (is_wanted: false) a file that was made here is removed. */
void tape_file_close(struct tape_file *file, bool is_wanted);
