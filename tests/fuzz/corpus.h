/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A folder of inputs, one after the other, for fuzzers that also run as tests. */
#pragma once

#include <dirent.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"

/* Runs one input that is not empty, prints its TAP line with ++*n_tests. */
typedef void corpus_fn(const struct buf *file, const char *name, int *n_tests);

/* Every file of the folder of at most max_bytes. returns how many tests were printed; a folder without
 * inputs is a failed test of its own and 0. */
static inline int corpus_replay(const char *folder, size_t max_bytes, corpus_fn *replay)
{
	DIR *directory = folder ? opendir(folder) : NULL;
	const struct dirent *entry;
	int n_tests = 0;

	while (directory && (entry = readdir(directory))) {
		SCOPED(buf) path = {0};
		SCOPED(buf) file = {0};

		if (entry->d_name[0] == '.')
			continue;
		buf_addf(&path, "%s/%s", folder, entry->d_name);
		if (file_read(buf_text(&path), max_bytes, &file) == 0 && file.len)
			replay(&file, entry->d_name, &n_tests);
	}
	if (directory)
		closedir(directory);
	if (!n_tests)
		puts("not ok 1 - no corpus to replay");
	return n_tests;
}
