/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cookies of sockets as the addresses of their ends, or the paths of local ones, from the kernel's sock_diag. It can't
 * be asked for one cookie, so all sockets are asked for and kept sorted; a cookie that isn't there makes
 * the list be asked for again, but not more often than every few seconds, and never for more sockets
 * than MOST_SOCKETS.
 *
 * Netlink answers for the network namespace that it was opened in. So those of all processes and those
 * that have a name are entered one after the other, as far as the kernel lets us (CAP_SYS_ADMIN there),
 * and the addresses of another namespace are shown with its number. A thread enters and leaves a
 * namespace for itself alone. Cookies are unique over all of them: sock_gen_cookie(), Linux 5.4. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "read/later.h"
#include "read/names.h"
#include "read/sockdiag.h"

enum { MOST_SOCKETS = 100000, MOST_SPACES = 1024 };
/* The whole walk; what was not reached by then stays a number until the next one. */
static const uint64_t most_ns = UINT64_C(2000000000);

struct known {
	struct diag_socket socket;
	uint64_t space;	  /* inode of its network namespace; 0: ours */
	uint32_t name_at; /* of a local one: into names; 0: it has no name */
};

struct sockets {
	struct known *at; /* sorted by cookie */
	size_t n, cap;
	struct buf names;	 /* each behind a NUL and with one at its end */
	struct known **by_inode; /* owned; the local ones */
	size_t n_local;
	uint64_t spaces[MOST_SPACES]; /* inodes of those that were asked, ours first */
	size_t n_spaces;
	uint64_t until_ns;
};

static void sockets_free(void *table)
{
	struct sockets *sockets = table;

	free(sockets->at);
	free(sockets->by_inode);
	buf_release(&sockets->names);
	free(sockets);
}

/* Zeros inside of abstract names as they are commonly written. Where it is in names; 0: nowhere. */
static uint32_t keep_name(struct sockets *sockets, const struct diag_socket *socket)
{
	const char *name = socket->local.name;
	uint32_t len = socket->local.name_len, at;

	if (len && name[0])
		len = (uint32_t)strnlen(name, len);
	if (!len)
		return 0;
	buf_addc(&sockets->names, '\0');
	at = (uint32_t)sockets->names.len;
	for (uint32_t i = 0; i < len; i++)
		buf_addc(&sockets->names, name[i] ? name[i] : '@');
	return sockets->names.failed ? 0 : at;
}

static bool add(void *ctx, const struct diag_socket *socket)
{
	struct sockets *sockets = ctx;
	struct known *known;

	if (sockets->n == sockets->cap) {
		size_t cap = MAX_OF(256, sockets->cap * 2);
		struct known *at = reallocarray(sockets->at, cap, sizeof(*at));

		if (!at || cap > MOST_SOCKETS * 2)
			return false;
		sockets->at = at;
		sockets->cap = cap;
	}
	known = &sockets->at[sockets->n++];
	*known = (struct known){
		.socket = *socket,
		.space = sockets->n_spaces > 1 ? sockets->spaces[sockets->n_spaces - 1] : 0,
	};
	if (socket->family == AF_UNIX) {
		known->name_at = keep_name(sockets, socket);
		known->socket.local.name = NULL;
		sockets->n_local++;
	}
	return sockets->n < MOST_SOCKETS;
}

/* false: it was asked already, or there is no more room to remember it */
static bool is_new_space(struct sockets *sockets, int fd)
{
	struct stat stat;

	if (sockets->n_spaces == MOST_SPACES || fstat(fd, &stat) < 0)
		return false;
	for (size_t i = 0; i < sockets->n_spaces; i++)
		if (sockets->spaces[i] == stat.st_ino)
			return false;
	sockets->spaces[sockets->n_spaces++] = stat.st_ino;
	return true;
}

static void ask_in(struct sockets *sockets, const char *folder, const char *name, const char *below)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, below);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (is_new_space(sockets, fd) && setns(fd, CLONE_NEWNET) == 0)
		sockdiag_ask(add, sockets);
	close(fd);
}

/* Where the names of namespaces lie. */
static const struct {
	const char *folder, *below;
	bool is_by_number;
} places[] = {
	{"/proc", "/ns/net", true}, {"/run/netns", "", false}, /* ip netns add */
};

static void ask_elsewhere(struct sockets *sockets)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		DIR *dir = opendir(places[i].folder);
		const struct dirent *entry;

		while (dir && (entry = readdir(dir)) && clock_now_ns() < sockets->until_ns)
			if (places[i].is_by_number ? isdigit((unsigned char)entry->d_name[0])
						   : entry->d_name[0] != '.')
				ask_in(sockets, places[i].folder, entry->d_name, places[i].below);
		if (dir)
			closedir(dir);
	}
}

static int compare(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return x->socket.cookie < y->socket.cookie ? -1 : x->socket.cookie > y->socket.cookie;
}

static int compare_inodes(const void *a, const void *b)
{
	uint32_t x = (*(struct known *const *)a)->socket.local.inode;
	uint32_t y = (*(struct known *const *)b)->socket.local.inode;

	return x < y ? -1 : x > y;
}

/* Without memory for it peers are shown by their inodes. */
static void sort(struct sockets *sockets)
{
	size_t n = 0;

	if (sockets->n)
		qsort(sockets->at, sockets->n, sizeof(*sockets->at), compare);
	sockets->by_inode = calloc(sockets->n_local + 1, sizeof(*sockets->by_inode));
	for (size_t i = 0; sockets->by_inode && i < sockets->n; i++)
		if (sockets->at[i].socket.family == AF_UNIX)
			sockets->by_inode[n++] = &sockets->at[i];
	sockets->n_local = n;
	if (n)
		qsort(sockets->by_inode, n, sizeof(*sockets->by_inode), compare_inodes);
}

/* NULL when out of memory. */
static void *load(const void *unused)
{
	struct sockets *sockets = calloc(1, sizeof(*sockets));
	int home;

	(void)unused;
	if (!sockets)
		return NULL;
	sockets->until_ns = clock_now_ns() + most_ns;
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	sockdiag_ask(add, sockets);
	if (home >= 0 && is_new_space(sockets, home)) {
		ask_elsewhere(sockets);
		setns(home, CLONE_NEWNET);
	}
	if (home >= 0)
		close(home);
	sort(sockets);
	return sockets;
}

static struct later sockets = {
	.load = load, .free = sockets_free, .fresh_ns = UINT64_C(3000000000)};

static const struct known *find(const struct sockets *table, uint64_t cookie)
{
	const struct known key = {.socket.cookie = cookie};

	if (!table || !table->n)
		return NULL;
	return bsearch(&key, table->at, table->n, sizeof(key), compare);
}

static const char *peer_name(const struct sockets *table, uint32_t inode)
{
	const struct known peer = {.socket.local.inode = inode};
	const struct known *key = &peer, **found = NULL;

	if (table->n_local)
		found = bsearch(&key, table->by_inode, table->n_local, sizeof(key), compare_inodes);
	return found && (*found)->name_at ? buf_text(&table->names) + (*found)->name_at : NULL;
}

/* Without a name as /proc/PID/fd has it. */
static void add_local(struct buf *out, const char *name, uint32_t inode)
{
	if (name)
		buf_addf(out, " %s", name);
	else
		buf_addf(out, " socket:[%u]", inode);
}

static void add_unix(struct buf *out, const struct sockets *table, const struct known *known)
{
	const struct diag_socket *socket = &known->socket;
	uint32_t peer = socket->local.peer_inode;

	buf_adds(out, "unix");
	add_local(out, known->name_at ? buf_text(&table->names) + known->name_at : NULL,
		  socket->local.inode);
	if (peer)
		add_local(out, peer_name(table, peer), peer);
}

static void add_end(struct buf *out, uint8_t family, const uint32_t *address, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, address, text, sizeof(text)))
		return;
	buf_addf(out, family == AF_INET6 ? " [%s]:%u" : " %s:%u", text, ntohs(port));
}

static void add_inet(struct buf *out, const struct diag_socket *socket)
{
	buf_adds(out, socket->protocol == IPPROTO_TCP ? "tcp" : "udp");
	add_end(out, socket->family, socket->inet.source, socket->inet.source_port);
	if (socket->inet.dest_port)
		add_end(out, socket->family, socket->inet.dest, socket->inet.dest_port);
}

/* A context is a machine, and has a number; the peer of one that has none is anybody. */
static void add_vsock(struct buf *out, const struct diag_socket *socket)
{
	buf_addf(out, "vsock %u:%u", socket->vm.source_cid, socket->vm.source_port);
	if (socket->vm.dest_cid != VMADDR_CID_ANY)
		buf_addf(out, " %u:%u", socket->vm.dest_cid, socket->vm.dest_port);
}

static void add_ends(struct buf *out, const struct sockets *table, const struct known *known)
{
	if (known->socket.family == AF_UNIX)
		add_unix(out, table, known);
	else if (known->socket.family == AF_VSOCK)
		add_vsock(out, &known->socket);
	else
		add_inet(out, &known->socket);
	if (known->space)
		buf_addf(out, " netns %llu", (unsigned long long)known->space);
}

bool sockets_lookup(void *ctx, uint64_t cookie, struct buf *out)
{
	const struct sockets *table = later_table(&sockets, false);
	const struct known *known = find(table, cookie);

	(void)ctx;
	if (!known) {
		table = later_table(&sockets, true);
		known = find(table, cookie);
	}
	if (known)
		add_ends(out, table, known);
	return known;
}

/* Texts are made one by one: somebody typed one, which nobody does often. */
bool sockets_cookie(void *ctx, const char *ends, size_t len, uint64_t *out)
{
	const struct sockets *table = later_table(&sockets, true);
	SCOPED(buf) text = {0};

	(void)ctx;
	for (size_t i = 0; table && i < table->n; i++) {
		buf_clear(&text);
		add_ends(&text, table, &table->at[i]);
		if (text.len != len || memcmp(buf_text(&text), ends, len) != 0)
			continue;
		*out = table->at[i].socket.cookie;
		return true;
	}
	return false;
}
