/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames of user space by build id and offset. Which file has a build id is found out from what the
 * processes of this host have mapped as code: all such files are looked at when an id is unknown, but not
 * more often than every few seconds. The functions of a file are read once, when the first frame of it is
 * met. Both take longer than a frame of the screen may, so threads do it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/format.h"
#include "read/elffile.h"
#include "read/later.h"
#include "read/names.h"

enum { MOST_FILES = 4096, MOST_KNOWN = 1024, MAPS_MAX_BYTES = 8 << 20, PATH_BYTES = 512 };

struct file {
	unsigned long device_major, device_minor, inode;
	uint8_t build_id[ELF_BUILD_ID_BYTES]; /* zeroes: it has none */
	char *path;			      /* through the process that had it; owned */
};
_Static_assert((int)ELF_BUILD_ID_BYTES == (int)FORMAT_BUILD_ID_BYTES, "one size of build ids");

struct files {
	struct file at[MOST_FILES];
	size_t n;
};

/* A file that a frame was met of. */
struct known {
	uint8_t build_id[ELF_BUILD_ID_BYTES];
	char *path; /* owned */
	struct later functions;
};

static struct {
	struct known at[MOST_KNOWN]; /* lives as long as the process */
	size_t n;
} knowns;

static void files_free(void *table)
{
	struct files *files = table;

	for (size_t i = 0; i < files->n; i++)
		free(files->at[i].path);
	free(files);
}

static bool is_known(const struct files *files, unsigned long major, unsigned long minor,
		     unsigned long inode)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->at[i].inode == inode && files->at[i].device_major == major &&
		    files->at[i].device_minor == minor)
			return true;
	return false;
}

/* "55d0c0a00000-55d0c0a21000 r-xp 00002000 fe:01 1234   /usr/bin/cat" */
static void add_mapping(struct files *files, const char *pid, const char *line)
{
	unsigned long major, minor, inode;
	char path[PATH_BYTES];
	int name = 0;
	struct file *file;

	if (sscanf(line, "%*x-%*x r-x%*c %*x %lx:%lx %lu %n", &major, &minor, &inode, &name) != 3 ||
	    name == 0 || line[name] != '/' || files->n == MOST_FILES ||
	    is_known(files, major, minor, inode))
		return;
	if (snprintf(path, sizeof(path), "/proc/%s/root%s", pid, line + name) >= PATH_BYTES)
		return;
	file = &files->at[files->n++];
	*file = (struct file){.device_major = major, .device_minor = minor, .inode = inode};
	if (elf_read_build_id(path, file->build_id))
		file->path = strdup(path);
}

static void add_process(struct files *files, const char *pid)
{
	SCOPED(buf) maps = {0};
	char path[64], *rest, *line;

	snprintf(path, sizeof(path), "/proc/%.16s/maps", pid);
	if (file_read(path, MAPS_MAX_BYTES, &maps) < 0)
		return;
	for (rest = maps.at; (line = strsep(&rest, "\n"));)
		add_mapping(files, pid, line);
}

/* NULL when out of memory. */
static void *load_files(const void *unused)
{
	struct files *files = calloc(1, sizeof(*files));
	const struct dirent *entry;
	DIR *dir = files ? opendir("/proc") : NULL;

	(void)unused;
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			add_process(files, entry->d_name);
	if (dir)
		closedir(dir);
	return files;
}

static const struct file *find(const struct files *files, const uint8_t *build_id)
{
	for (size_t i = 0; files && i < files->n; i++)
		if (files->at[i].path &&
		    memcmp(files->at[i].build_id, build_id, ELF_BUILD_ID_BYTES) == 0)
			return &files->at[i];
	return NULL;
}

static void functions_free(void *table)
{
	elf_functions_release(table);
	free(table);
}

/* Symbols that a distribution ships beside a stripped file, else the file's own; empty: there are none.
 * NULL when out of memory. */
static void *load_functions(const void *ctx)
{
	const struct known *known = ctx;
	struct elf_functions *functions = calloc(1, sizeof(*functions));
	char path[PATH_BYTES];
	int len =
		snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%02x/", known->build_id[0]);

	if (!functions)
		return NULL;
	for (int i = 1; i < ELF_BUILD_ID_BYTES; i++)
		len += snprintf(path + len, sizeof(path) - (size_t)len, "%02x", known->build_id[i]);
	snprintf(path + len, sizeof(path) - (size_t)len, ".debug");
	if (elf_read_functions(known->path, path, functions) < 0)
		elf_read_functions(known->path, known->path, functions);
	return functions;
}

static struct known *add_known(const struct file *file)
{
	struct known *known = &knowns.at[knowns.n];
	char *path = knowns.n < MOST_KNOWN ? strdup(file->path) : NULL;

	if (!path)
		return NULL;
	knowns.n++;
	known->path = path;
	memcpy(known->build_id, file->build_id, sizeof(known->build_id));
	known->functions = (struct later){
		.load = load_functions,
		.free = functions_free,
		.ctx = known,
		.fresh_ns = UINT64_MAX,
	};
	return known;
}

static struct known *known_of(const uint8_t *build_id)
{
	static struct later files = {
		.load = load_files, .free = files_free, .fresh_ns = UINT64_C(10000000000)};
	const struct file *file;

	for (size_t i = 0; i < knowns.n; i++)
		if (memcmp(knowns.at[i].build_id, build_id, ELF_BUILD_ID_BYTES) == 0)
			return &knowns.at[i];
	file = find(later_table(&files, false), build_id);
	if (!file)
		file = find(later_table(&files, true), build_id);
	return file ? add_known(file) : NULL;
}

bool frames_lookup(void *ctx, const uint8_t *build_id, uint64_t offset, struct buf *out)
{
	struct known *known = known_of(build_id);
	const struct elf_functions *functions;
	const struct elf_function *function;

	(void)ctx;
	if (!known)
		return false;
	functions = later_table(&known->functions, true);
	function = functions ? elf_function_at(functions, offset) : NULL;
	if (function)
		buf_addf(out, "%s+0x%llx", function->name,
			 (unsigned long long)(offset - function->offset));
	else
		buf_addf(out, "%s+0x%llx", strrchr(known->path, '/') + 1,
			 (unsigned long long)offset);
	return true;
}
