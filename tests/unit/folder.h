/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A folder of the process's own for what a test writes, below $TMPDIR or /tmp. It goes when the process exits,
 * with all that is in it, whether its tests have passed or not. */
#pragma once

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	char path[256];
	pid_t owner; /* 0: not made yet */
} the_folder;

static inline int folder_remove_one(const char *path, const struct stat *stat, int type,
				    struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Not by the processes that a test splits off. */
static inline void folder_remove(void)
{
	if (getpid() == the_folder.owner)
		nftw(the_folder.path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Its path, until the process ends. Made when first asked for. NULL, with errno, where it can't be. */
static inline const char *own_folder(void)
{
	const char *above = getenv("TMPDIR");

	if (the_folder.owner)
		return the_folder.path;
	snprintf(the_folder.path, sizeof(the_folder.path), "%s/bmt.XXXXXX",
		 above && above[0] ? above : "/tmp");
	if (!mkdtemp(the_folder.path))
		return NULL;
	the_folder.owner = getpid();
	atexit(folder_remove);
	return the_folder.path;
}

/* The path of what is called so in it: good for three more calls. */
static inline const char *in_folder(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", own_folder(), name);
	return path;
}
