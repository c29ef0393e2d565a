/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Looks through every bpffs that is mounted here for pinned maps. Bounded in depth and in entries, so
 * that a huge tree costs a bounded time. What could not be looked at is never taken for nothing. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tidy.h"
#include "read/kernel.h"

enum { DEPTH_MAX = 64, ENTRIES_MAX = 65536, MOUNTS_MAX_BYTES = 4 << 20 };

struct walk {
	pin_fn *fn;
	void *ctx;
	struct buf path;
	unsigned n_entries;
	dev_t device;  /* of the bpffs */
	bool is_blind; /* something could not be looked at */
};

static int visit_file(struct walk *walk)
{
	int fd = kernel_open_pin(buf_text(&walk->path)), r;

	if (fd < 0) { /* a program, a link, gone since, or not ours to open */
		walk->is_blind |= fd != -EMEDIUMTYPE && fd != -ENOENT;
		return fd == -ENOMEM ? fd : 0;
	}
	r = walk->fn(walk->ctx, buf_text(&walk->path), fd);
	close(fd);
	return r;
}

static int visit_dir(struct walk *walk, unsigned depth);

static int visit(struct walk *walk, const struct dirent *entry, unsigned depth)
{
	size_t len = walk->path.len;
	int r = 0;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (++walk->n_entries > ENTRIES_MAX)
		return -E2BIG;
	buf_addf(&walk->path, "/%s", entry->d_name);
	if (walk->path.failed)
		return -ENOMEM;
	if (entry->d_type == DT_DIR)
		r = visit_dir(walk, depth + 1);
	else if (entry->d_type == DT_REG)
		r = visit_file(walk);
	buf_cut(&walk->path, len);
	return r;
}

/* What is mounted over a bpffs is none, and what is mounted inside of one is walked by itself. */
static bool is_of_it(struct walk *walk, DIR *dir, unsigned depth)
{
	struct statfs of;
	struct stat at;

	if (fstat(dirfd(dir), &at) < 0)
		return false;
	if (depth)
		return at.st_dev == walk->device;
	walk->device = at.st_dev;
	return fstatfs(dirfd(dir), &of) == 0 && (uint32_t)of.f_type == (uint32_t)BPF_FS_MAGIC;
}

static int visit_dir(struct walk *walk, unsigned depth)
{
	DIR *dir = depth > DEPTH_MAX ? NULL : opendir(buf_text(&walk->path));
	const struct dirent *entry;
	bool is_there;
	int r = 0;

	if (!dir) {
		walk->is_blind |= depth > DEPTH_MAX || errno != ENOENT;
		return 0;
	}
	is_there = is_of_it(walk, dir, depth);
	while (r == 0 && is_there && (entry = readdir(dir)))
		r = visit(walk, entry, depth);
	closedir(dir);
	return r;
}

/* Spaces and such are written as \040. source: proc(5), mountinfo */
static void add_unescaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && len - i > 3) {
			char octal[4] = {text[i + 1], text[i + 2], text[i + 3]};

			buf_addc(out, (char)strtoul(octal, NULL, 8));
			i += 3;
		} else {
			buf_addc(out, text[i]);
		}
	}
}

/* 42 23 0:39 / /sys/fs/bpf rw,relatime shared:3 - bpf bpf rw
 * returns where it is mounted, as it is escaped there, up to the next blank; NULL: it is no line. */
static const char *mount_point(const char *line)
{
	const char *at = line;

	for (int i = 0; i < 4 && at; i++) {
		at = strpbrk(at, " \n");
		at = at && *at == ' ' ? at + 1 : NULL;
	}
	return at;
}

/* What is mounted later at the same place is what one meets there. */
static bool is_covered(const char *point, size_t len, const char *rest)
{
	for (; rest && *rest; rest = strchr(rest, '\n'), rest = rest ? rest + 1 : NULL) {
		const char *other = mount_point(rest);

		if (other && strncmp(other, point, len + 1) == 0)
			return true;
	}
	return false;
}

static int visit_mount(struct walk *walk, const char *line, const char *rest)
{
	const char *type = strstr(line, " - ");
	const char *at = mount_point(line);
	size_t len = at ? strcspn(at, " ") : 0;

	if (!type || strncmp(type, " - bpf ", 7) != 0 || !at || is_covered(at, len, rest))
		return 0;
	buf_clear(&walk->path);
	add_unescaped(&walk->path, at, len);
	return walk->path.failed ? -ENOMEM : visit_dir(walk, 0);
}

int pins_each(pin_fn *fn, void *ctx, bool *is_all_ret)
{
	SCOPED(buf) mounts = {0};
	struct walk walk = {.fn = fn, .ctx = ctx};
	int r = file_read("/proc/self/mountinfo", MOUNTS_MAX_BYTES, &mounts);
	char *rest = mounts.at, *line;

	*is_all_ret = r == 0;
	if (r < 0 || !mounts.at)
		return r;
	while (r == 0 && (line = strsep(&rest, "\n")))
		r = visit_mount(&walk, line, rest);
	buf_release(&walk.path);
	if (r == -E2BIG) {
		log_add(LOG_WARN, "only the first %d files of bpffs were looked at", ENTRIES_MAX);
		walk.is_blind = true;
		r = 0;
	}
	*is_all_ret = r == 0 && !walk.is_blind;
	return r;
}
