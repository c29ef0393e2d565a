/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names that only the system knows: interfaces, processes, cgroups. Each kind has a small table where a
 * number has one place; an entry is asked for again when it is older than a few seconds, since numbers
 * are used again and names change. "No name" is an answer too and kept as long.
 *
 * Every question is one or two system calls into memory of the kernel: nothing here waits for a disk
 * or a network. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/format.h"
#include "read/kernel.h"
#include "read/names.h"
#include "read/source.h"

enum { PLACES = 512, NAME_BYTES = 64, COMM_MAX_BYTES = 64 };
static const uint64_t fresh_ns = UINT64_C(3000000000);

struct known {
	uint64_t number, asked_ns; /* asked_ns 0: free */
	char name[NAME_BYTES];	   /* "": it has none */
};

/* false: no name */
typedef bool ask_fn(uint64_t number, char name[NAME_BYTES]);

struct names {
	ask_fn *ask;
	struct known known[PLACES];
};

static bool name_of(struct names *names, uint64_t number, struct buf *out)
{
	struct known *known = &names->known[number * UINT64_C(0x9e3779b97f4a7c15) >> 55];
	uint64_t now_ns = clock_now_ns();

	if (known->asked_ns == 0 || known->number != number ||
	    now_ns - known->asked_ns > fresh_ns) {
		known->number = number;
		known->asked_ns = MAX_OF(now_ns, 1);
		if (!names->ask(number, known->name))
			known->name[0] = '\0';
	}
	buf_adds(out, known->name);
	return known->name[0] != '\0';
}
_Static_assert(PLACES == 1 << (64 - 55), "the hash names a place");

/* -- interfaces -- */

static bool ask_ifname(uint64_t ifindex, char name[NAME_BYTES])
{
	_Static_assert(NAME_BYTES >= IF_NAMESIZE, "room for an interface's name");
	return ifindex && ifindex <= UINT32_MAX && if_indextoname((unsigned)ifindex, name);
}

static bool lookup_ifname(void *ctx, uint32_t ifindex, struct buf *out)
{
	static struct names names = {.ask = ask_ifname};

	(void)ctx;
	return name_of(&names, ifindex, out);
}

/* Asked when a person types a name, not for each row: no table. */
static bool lookup_ifindex(void *ctx, const char *name, size_t len, uint32_t *out)
{
	char text[IF_NAMESIZE] = {0};
	unsigned ifindex;

	(void)ctx;
	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, name, len);
	ifindex = if_nametoindex(text);
	if (ifindex)
		*out = ifindex;
	return ifindex != 0;
}

/* -- processes -- */

static bool ask_process(uint64_t pid, char name[NAME_BYTES])
{
	SCOPED(buf) comm = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lu/comm", (unsigned long)pid);
	if (pid == 0 || file_read(path, COMM_MAX_BYTES, &comm) < 0)
		return false;
	snprintf(name, NAME_BYTES, "%.*s", (int)strcspn(buf_text(&comm), "\n"), buf_text(&comm));
	return true;
}

static bool lookup_process(void *ctx, uint32_t pid, struct buf *out)
{
	static struct names names = {.ask = ask_process};

	(void)ctx;
	return name_of(&names, pid, out);
}

/* -- cgroups: an id is the file handle of its directory. source: kernfs_fh_to_dentry() -- */

/* Where version 2 is mounted: beside version 1, or alone. */
static const char *const cgroup_roots[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};

static int open_cgroup(const char *root_path, uint64_t id)
{
	enum { KERNFS_HANDLE = 0xfe };
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(id)];
	} by_id = {.handle = {.handle_bytes = sizeof(id), .handle_type = KERNFS_HANDLE}};
	int root = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (root < 0)
		return -errno;
	memcpy(by_id.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(root, &by_id.handle, O_PATH | O_CLOEXEC);
	close(root);
	return fd;
}

/* The path below the root; its end, which tells most, when it is too long. */
static bool ask_cgroup_below(const char *root, uint64_t id, char name[NAME_BYTES])
{
	char self[64], path[4096];
	const char *below = path;
	int fd = open_cgroup(root, id);
	ssize_t n;

	if (fd < 0)
		return false;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, path, sizeof(path) - 1);
	close(fd);
	if (n <= 0)
		return false;
	path[n] = '\0';
	if (strncmp(path, root, strlen(root)) == 0)
		below = path + strlen(root);
	if (strlen(below) >= NAME_BYTES)
		below += strlen(below) - (NAME_BYTES - 1);
	memcpy(name, *below ? below : "/", strlen(below) + (*below ? 1 : 2));
	return true;
}

static bool ask_cgroup(uint64_t id, char name[NAME_BYTES])
{
	for (size_t i = 0; i < ARRAY_LEN(cgroup_roots); i++)
		if (ask_cgroup_below(cgroup_roots[i], id, name))
			return true;
	return false;
}

static bool lookup_cgroup(void *ctx, uint64_t id, struct buf *out)
{
	static struct names names = {.ask = ask_cgroup};

	(void)ctx;
	return name_of(&names, id, out);
}

static bool cgroup_below(const char *root, const char *name, size_t len, uint64_t *out)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(*out)];
	} by_id = {.handle = {.handle_bytes = sizeof(*out)}};
	char path[PATH_MAX];
	int mount;

	if (snprintf(path, sizeof(path), "%s%.*s", root, (int)len, name) >= (int)sizeof(path) ||
	    name_to_handle_at(AT_FDCWD, path, &by_id.handle, &mount, 0) < 0 ||
	    by_id.handle.handle_bytes != sizeof(*out))
		return false;
	memcpy(out, by_id.handle.f_handle, sizeof(*out));
	return true;
}

/* Asked when a person types a path, not for each row: no table. */
static bool lookup_cgroup_id(void *ctx, const char *path, size_t len, uint64_t *out)
{
	(void)ctx;
	if (len == 0 || len > PATH_MAX || path[0] != '/')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(cgroup_roots); i++)
		if (cgroup_below(cgroup_roots[i], path, len, out))
			return true;
	return false;
}

/* -- programs and maps -- */

static bool ask_program(uint64_t id, char name[NAME_BYTES])
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id((uint32_t)id), r;

	if (fd < 0)
		return false;
	r = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	_Static_assert(NAME_BYTES >= sizeof(info.name), "room for a program's name");
	if (r == 0)
		memcpy(name, info.name, sizeof(info.name));
	return r == 0 && name[0];
}

static bool lookup_program(void *ctx, uint32_t id, struct buf *out)
{
	static struct names names = {.ask = ask_program};

	(void)ctx;
	return name_of(&names, id, out);
}

static bool ask_map(uint64_t id, char name[NAME_BYTES])
{
	struct bpf_map_info info;
	int fd = kernel_open_id((uint32_t)id), r;

	if (fd < 0)
		return false;
	r = kernel_info(fd, &info);
	close(fd);
	_Static_assert(NAME_BYTES >= sizeof(info.name), "room for a map's name");
	if (r == 0)
		memcpy(name, info.name, sizeof(info.name));
	return r == 0 && name[0];
}

static bool lookup_map(void *ctx, uint32_t id, struct buf *out)
{
	static struct names names = {.ask = ask_map};

	(void)ctx;
	return name_of(&names, id, out);
}

const struct lookups *source_lookups(void)
{
	static const struct lookups lookups = {
		.ifname = lookup_ifname,
		.ifindex = lookup_ifindex,
		.process = lookup_process,
		.cgroup = lookup_cgroup,
		.cgroup_id = lookup_cgroup_id,
		.program = lookup_program,
		.map = lookup_map,
		.socket = sockets_lookup,
		.socket_cookie = sockets_cookie,
		.symbol = ksyms_lookup,
		.symbol_address = ksyms_address,
		.frame = frames_lookup,
	};

	return &lookups;
}
