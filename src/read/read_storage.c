/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Storages of tasks and cgroups: the kernel doesn't list them, but asked with a descriptor of a process
 * or of a cgroup's directory it says what is stored there. So every one that can be seen from here is
 * asked. From within a process or cgroup namespace not all can be seen; then, and when one that can be
 * seen may not be opened, the reading says that it is a part.
 * source: bpf_pid_task_storage_lookup_elem(), bpf_cgrp_storage_lookup_elem() */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/cursor.h"

/* Newer than the headers that this may be built with. source: enum bpf_map_type, PIDFD_THREAD */
enum { TYPE_CGRP_STORAGE = 32, THREAD_PIDFD = O_EXCL };

enum { STEP_TIME_NS = 2000000 };

/* The namespaces that all others are within. source: include/linux/proc_ns.h */
#define FIRST_CGROUP_NS 0xeffffffbU
#define FIRST_PID_NS	0xeffffffcU

static void note_namespace(const char *path, uint64_t first, struct snap *snap)
{
	struct stat of;

	if (stat(path, &of) < 0 || of.st_ino != first)
		snap->notes |= SNAP_PARTLY_SEEN;
}

/* Asks for what is stored under fd, closes it, and adds what there is under key. */
static int ask(struct cursor *cursor, int fd, const void *key, struct snap *snap)
{
	int r = snap_reserve(snap, 1);

	if (r == 0) {
		r = bpf_map_lookup_elem(cursor->fd, &fd,
					snap->vals.at + snap->n_rows * snap->val_stride);
		snap->n_calls++;
		if (r == 0) {
			memcpy(snap->keys.at + snap->n_rows * snap->key_stride, key,
			       snap->key_stride);
			snap->n_rows++;
		}
	}
	close(fd);
	if (r == 0 || r == -ENOENT)
		cursor->has_worked = true;
	return r == -ENOENT ? 0 : r;
}

/* Gone since is no loss; not permitted is. */
static int not_opened(int code, struct snap *snap)
{
	if (code == -EPERM || code == -EACCES)
		snap->notes |= SNAP_PARTLY_SEEN;
	return code == -EMFILE || code == -ENFILE || code == -ENOMEM ? code : 0;
}

/* -- tasks: /proc for the processes, /proc/PID/task for their threads -- */

static bool tasks_suit(const struct map *map, const struct read_plan *how)
{
	(void)how;
	return map->type->number == BPF_MAP_TYPE_TASK_STORAGE;
}

static void tasks_start(struct cursor *cursor)
{
	cursor->may_repeat = true; /* a number may be given again while we walk */
	cursor->tasks.processes = cursor->tasks.threads = NULL;
	cursor->tasks.no_threads = false;
	cursor->tasks.pid = 0;
}

static void tasks_stop(struct cursor *cursor)
{
	if (cursor->tasks.processes)
		closedir(cursor->tasks.processes);
	if (cursor->tasks.threads)
		closedir(cursor->tasks.threads);
	cursor->tasks.processes = cursor->tasks.threads = NULL;
}

static uint32_t next_number(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			return (uint32_t)strtoul(entry->d_name, NULL, 10);
	return 0;
}

static int ask_task(struct cursor *cursor, uint32_t id, bool is_thread, struct snap *snap)
{
	int fd = (int)syscall(SYS_pidfd_open, id, is_thread ? THREAD_PIDFD : 0);

	if (fd >= 0)
		return ask(cursor, fd, &id, snap);
	if (errno == EINVAL && is_thread) { /* before 6.9: processes only */
		cursor->tasks.no_threads = true;
		return 0;
	}
	return not_opened(-errno, snap);
}

static DIR *threads_of(uint32_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	return opendir(path);
}

/* The next thread, or process. STEP_MORE, STEP_DONE or -errno. */
static int next_task(struct cursor *cursor, struct snap *snap)
{
	uint32_t id = cursor->tasks.threads ? next_number(cursor->tasks.threads) : 0;

	if (id && !cursor->tasks.no_threads)
		return id == cursor->tasks.pid ? STEP_MORE
					       : ask_task(cursor, id, true, snap) ?: STEP_MORE;
	if (cursor->tasks.threads)
		closedir(cursor->tasks.threads);
	cursor->tasks.threads = NULL;
	id = next_number(cursor->tasks.processes);
	if (!id)
		return STEP_DONE;
	cursor->tasks.pid = id;
	if (!cursor->tasks.no_threads)
		cursor->tasks.threads = threads_of(id);
	return ask_task(cursor, id, false, snap) ?: STEP_MORE;
}

static int tasks_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();
	int r = STEP_MORE;

	if (!cursor->tasks.processes) {
		cursor->tasks.processes = opendir("/proc");
		note_namespace("/proc/self/ns/pid", FIRST_PID_NS, snap);
	}
	if (!cursor->tasks.processes)
		return -errno;
	while (r == STEP_MORE && clock_now_ns() - began < STEP_TIME_NS)
		r = next_task(cursor, snap);
	return r;
}

const struct method read_tasks = {
	.name = "pidfd",
	.suits = tasks_suit,
	.start = tasks_start,
	.step = tasks_step,
	.stop = tasks_stop,
};

/* -- cgroups: every directory of the hierarchy of version 2; the inode is the cgroup's id. Those of version 1
 * count their ids each for itself, so that several cgroups have the same: they are asked, too, but what is found
 * there is only said to be missing. -- */

static const char root_path[] = "/sys/fs/cgroup";

static bool cgroups_suit(const struct map *map, const struct read_plan *how)
{
	(void)how;
	return map->type->number == TYPE_CGRP_STORAGE;
}

static void cgroups_start(struct cursor *cursor)
{
	cursor->may_repeat = false;
	cursor->cgroups.walk = NULL;
	cursor->cgroups.roots = NULL;
}

static void cgroups_stop(struct cursor *cursor)
{
	if (cursor->cgroups.walk)
		fts_close(cursor->cgroups.walk);
	if (cursor->cgroups.roots)
		closedir(cursor->cgroups.roots);
	cursor->cgroups.walk = NULL;
	cursor->cgroups.roots = NULL;
}

/* Version 2 alone is mounted at root_path itself; else every hierarchy has a folder there. 0 or -errno. */
static int open_hierarchy(struct cursor *cursor, char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0 ||
	    (fs.f_type != CGROUP2_SUPER_MAGIC && fs.f_type != CGROUP_SUPER_MAGIC))
		return -ENOENT;
	cursor->cgroups.is_version_1 = fs.f_type == CGROUP_SUPER_MAGIC;
	cursor->cgroups.walk =
		fts_open((char *const[]){path, NULL}, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	return cursor->cgroups.walk ? 0 : -errno;
}

/* STEP_MORE, STEP_DONE or -errno. */
static int next_hierarchy(struct cursor *cursor)
{
	const struct dirent *entry;
	char path[sizeof(root_path) + sizeof(entry->d_name) + 1];
	int r;

	while ((entry = readdir(cursor->cgroups.roots))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", root_path, entry->d_name);
		r = open_hierarchy(cursor, path);
		if (r != -ENOENT)
			return r < 0 ? r : STEP_MORE;
	}
	return STEP_DONE;
}

static int first_hierarchy(struct cursor *cursor, struct snap *snap)
{
	char path[sizeof(root_path)];
	int r;

	memcpy(path, root_path, sizeof(path));
	note_namespace("/proc/self/ns/cgroup", FIRST_CGROUP_NS, snap);
	r = open_hierarchy(cursor, path);
	if (r != -ENOENT)
		return r < 0 ? r : STEP_MORE;
	cursor->cgroups.roots = opendir(root_path);
	r = cursor->cgroups.roots ? next_hierarchy(cursor) : -errno;
	return r == STEP_DONE ? -ENOENT : r;
}

static int ask_cgroup(struct cursor *cursor, const FTSENT *entry, struct snap *snap)
{
	uint64_t id = entry->fts_statp->st_ino;
	int fd = open(entry->fts_path, O_PATH | O_DIRECTORY | O_CLOEXEC), r;
	size_t n = snap->n_rows;

	if (fd < 0)
		return not_opened(-errno, snap);
	r = ask(cursor, fd, &id, snap);
	if (cursor->cgroups.is_version_1 && snap->n_rows > n) {
		snap->n_rows = n;
		snap->notes |= SNAP_PARTLY_SEEN;
	}
	/* Where the kernel takes no such descriptor nothing hangs on it. */
	return cursor->cgroups.is_version_1 && r == -EBADF ? 0 : r;
}

/* The next directory. STEP_MORE, STEP_DONE or -errno. */
static int next_cgroup(struct cursor *cursor, struct snap *snap)
{
	const FTSENT *entry = fts_read(cursor->cgroups.walk);

	if (!entry && errno)
		return -errno;
	if (!entry) {
		fts_close(cursor->cgroups.walk);
		cursor->cgroups.walk = NULL;
		return cursor->cgroups.roots ? next_hierarchy(cursor) : STEP_DONE;
	}
	if (entry->fts_info == FTS_DNR)
		return not_opened(-entry->fts_errno, snap) ?: STEP_MORE;
	if (entry->fts_info != FTS_D)
		return STEP_MORE;
	return ask_cgroup(cursor, entry, snap) ?: STEP_MORE;
}

static int cgroups_step(struct cursor *cursor, struct snap *snap)
{
	uint64_t began = clock_now_ns();
	int r = cursor->cgroups.walk ? STEP_MORE : first_hierarchy(cursor, snap);

	while (r == STEP_MORE && clock_now_ns() - began < STEP_TIME_NS)
		r = next_cgroup(cursor, snap);
	return r;
}

const struct method read_cgroups = {
	.name = "cgroupfd",
	.suits = cgroups_suit,
	.start = cgroups_start,
	.step = cgroups_step,
	.stop = cgroups_stop,
};
