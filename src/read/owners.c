/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which processes hold which maps: an iterator of our own walks every open file in the kernel. Where
 * that is refused, /proc/PID/fd is scanned: a descriptor of a map is a link that says so, and its fdinfo
 * names the id. Only links are read for the many descriptors that are something else. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"
#include "read/kernel.h"

enum { LINKS_MAX = 200000, FDINFO_MAX_BYTES = 4096, COMM_MAX_BYTES = 64 };

struct scan {
	owner_fn *fn;
	void *ctx;
	unsigned n_links;
	bool is_blind; /* some process would not be looked at */
};

static uint32_t map_id_of(uint32_t pid, const char *fd)
{
	static const char mark[] = "\nmap_id:";
	SCOPED(buf) text = {0};
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%.16s", pid, fd);
	if (file_read(path, FDINFO_MAX_BYTES, &text) < 0)
		return 0;
	at = strstr(buf_text(&text), mark);
	return at ? (uint32_t)strtoul(at + strlen(mark), NULL, 10) : 0;
}

static int report(struct scan *scan, uint32_t pid, uint32_t map_id)
{
	SCOPED(buf) comm = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (file_read(path, COMM_MAX_BYTES, &comm) < 0)
		return 0; /* it has just ended */
	buf_cut(&comm, strcspn(buf_text(&comm), "\n"));
	return scan->fn(scan->ctx, pid, buf_text(&comm), map_id);
}

/* Of processes with more rights even root without them may read the directory, and not what is in it. */
static bool is_map_link(struct scan *scan, int dir_fd, const char *name)
{
	static const char map_link[] = "anon_inode:bpf-map";
	char link[sizeof(map_link)];
	ssize_t n = readlinkat(dir_fd, name, link, sizeof(link));

	scan->is_blind |= n < 0 && errno != ENOENT && errno != ESRCH;
	return n == sizeof(map_link) - 1 && memcmp(link, map_link, (size_t)n) == 0;
}

static int scan_process(struct scan *scan, uint32_t pid)
{
	const struct dirent *entry;
	char path[64];
	DIR *dir;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	if (!dir) {
		scan->is_blind |= errno != ENOENT && errno != ESRCH;
		return 0;
	}
	while (r == 0 && (entry = readdir(dir))) {
		uint32_t map_id;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (++scan->n_links > LINKS_MAX)
			r = -E2BIG;
		else if (is_map_link(scan, dirfd(dir), entry->d_name) &&
			 (map_id = map_id_of(pid, entry->d_name)))
			r = report(scan, pid, map_id);
	}
	closedir(dir);
	return r;
}

static int scan_all(owner_fn *fn, void *ctx)
{
	struct scan scan = {.fn = fn, .ctx = ctx};
	const struct dirent *entry;
	DIR *dir = opendir("/proc");
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			r = scan_process(&scan, (uint32_t)strtoul(entry->d_name, NULL, 10));
	closedir(dir);
	return r == 0 && scan.is_blind ? -EACCES : r;
}

static int each_record(const struct buf *records, owner_fn *fn, void *ctx)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at + sizeof(struct owner_record) <= records->len;
	     at += sizeof(struct owner_record)) {
		struct owner_record record;

		memcpy(&record, records->at + at, sizeof(record));
		record.comm[sizeof(record.comm) - 1] = '\0';
		r = fn(ctx, record.pid, record.comm, record.map_id);
	}
	return r;
}

int owners_each(struct kernel *kernel, owner_fn *fn, void *ctx)
{
	SCOPED(buf) records = {0};
	int r = own_read(own_owners(&kernel->own), &records);

	if (r == -ENOMEM)
		return r;
	return r < 0 ? scan_all(fn, ctx) : each_record(&records, fn, ctx);
}
