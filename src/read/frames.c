/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames of user space by build id and offset. Which file has a build id is found out from what the
 * processes of this host have mapped as code: each such file is looked at once, and all of them again
 * for files that are new when an id is unknown, but not more often than every few seconds. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/format.h"
#include "read/elffile.h"
#include "read/names.h"

enum { MOST_FILES = 4096, MAPS_MAX_BYTES = 8 << 20, PATH_BYTES = 512 };
static const uint64_t fresh_ns = UINT64_C(10000000000);

struct file {
	unsigned long device_major, device_minor, inode;
	uint8_t build_id[ELF_BUILD_ID_BYTES]; /* zeroes: it has none */
	char *path;			      /* through the process that had it; owned */
	struct elf_functions functions;
	bool is_read; /* functions were asked for */
};
_Static_assert((int)ELF_BUILD_ID_BYTES == (int)FORMAT_BUILD_ID_BYTES, "one size of build ids");

static struct {
	struct file at[MOST_FILES]; /* lives as long as the process */
	size_t n;
	uint64_t asked_ns; /* 0: never */
} files;

static bool is_known(unsigned long major, unsigned long minor, unsigned long inode)
{
	for (size_t i = 0; i < files.n; i++)
		if (files.at[i].inode == inode && files.at[i].device_major == major &&
		    files.at[i].device_minor == minor)
			return true;
	return false;
}

/* "55d0c0a00000-55d0c0a21000 r-xp 00002000 fe:01 1234   /usr/bin/cat" */
static void add_mapping(const char *pid, const char *line)
{
	unsigned long major, minor, inode;
	char path[PATH_BYTES];
	int name = 0;
	struct file *file;

	if (sscanf(line, "%*x-%*x r-x%*c %*x %lx:%lx %lu %n", &major, &minor, &inode, &name) != 3 ||
	    name == 0 || line[name] != '/' || files.n == MOST_FILES ||
	    is_known(major, minor, inode))
		return;
	if (snprintf(path, sizeof(path), "/proc/%s/root%s", pid, line + name) >= PATH_BYTES)
		return;
	file = &files.at[files.n++];
	*file = (struct file){.device_major = major, .device_minor = minor, .inode = inode};
	if (elf_read_build_id(path, file->build_id))
		file->path = strdup(path);
}

static void add_process(const char *pid)
{
	SCOPED(buf) maps = {0};
	char path[64], *rest, *line;

	snprintf(path, sizeof(path), "/proc/%.16s/maps", pid);
	if (file_read(path, MAPS_MAX_BYTES, &maps) < 0)
		return;
	for (rest = maps.at; (line = strsep(&rest, "\n"));)
		add_mapping(pid, line);
}

static void ask(void)
{
	const struct dirent *entry;
	DIR *dir = opendir("/proc");

	files.asked_ns = MAX_OF(clock_now_ns(), 1);
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			add_process(entry->d_name);
	if (dir)
		closedir(dir);
}

static struct file *find(const uint8_t *build_id)
{
	for (size_t i = 0; i < files.n; i++)
		if (files.at[i].path &&
		    memcmp(files.at[i].build_id, build_id, ELF_BUILD_ID_BYTES) == 0)
			return &files.at[i];
	return NULL;
}

/* Symbols that a distribution ships beside a stripped file, else the file's own. */
static void read_functions(struct file *file)
{
	char path[PATH_BYTES];
	int len = snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%02x/", file->build_id[0]);

	file->is_read = true;
	for (int i = 1; i < ELF_BUILD_ID_BYTES; i++)
		len += snprintf(path + len, sizeof(path) - (size_t)len, "%02x", file->build_id[i]);
	snprintf(path + len, sizeof(path) - (size_t)len, ".debug");
	if (elf_read_functions(file->path, path, &file->functions) < 0)
		elf_read_functions(file->path, file->path, &file->functions);
}

bool frames_lookup(void *ctx, const uint8_t *build_id, uint64_t offset, struct buf *out)
{
	struct file *file = find(build_id);
	const struct elf_function *function;
	const char *name;

	(void)ctx;
	if (!file && (!files.asked_ns || clock_now_ns() - files.asked_ns > fresh_ns)) {
		ask();
		file = find(build_id);
	}
	if (!file)
		return false;
	if (!file->is_read)
		read_functions(file);
	function = elf_function_at(&file->functions, offset);
	name = strrchr(file->path, '/') + 1;
	if (function)
		buf_addf(out, "%s+0x%llx", function->name,
			 (unsigned long long)(offset - function->offset));
	else
		buf_addf(out, "%s+0x%llx", name, (unsigned long long)offset);
	return true;
}
