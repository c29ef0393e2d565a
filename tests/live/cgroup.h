/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where this host has its cgroups of version 2. */
#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* The root of their hierarchy: beside version 1, or alone; NULL where there is none that we may write to. */
static inline const char *cgroup_root(void)
{
	static const char *const roots[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
	char path[64];

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", roots[i]);
		if (access(path, W_OK) == 0)
			return roots[i];
	}
	return NULL;
}

/* A descriptor of that root, or -1. */
static inline int open_cgroup_root(void)
{
	const char *root = cgroup_root();

	return root ? open(root, O_RDONLY | O_DIRECTORY) : -1;
}
