/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cookies of sockets as the addresses of their ends, from the kernel's sock_diag over netlink. It can't
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
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "read/later.h"
#include "read/names.h"

enum { MOST_SOCKETS = 100000, MOST_SPACES = 1024, REPLY_BYTES = 32768, ANSWER_MS = 200 };
/* The whole walk; what was not reached by then stays a number until the next one. */
static const uint64_t most_ns = UINT64_C(2000000000);

struct known {
	uint64_t cookie;
	uint64_t space; /* inode of its network namespace; 0: ours */
	struct inet_diag_sockid id;
	uint8_t family, protocol;
};

struct sockets {
	struct known *at; /* sorted by cookie */
	size_t n, cap;
	uint64_t spaces[MOST_SPACES]; /* inodes of those that were asked, ours first */
	size_t n_spaces;
	uint64_t until_ns;
};

static void sockets_free(void *table)
{
	struct sockets *sockets = table;

	free(sockets->at);
	free(sockets);
}

static bool add(struct sockets *sockets, const struct inet_diag_msg *message, uint8_t protocol)
{
	if (sockets->n == sockets->cap) {
		size_t cap = MAX_OF(256, sockets->cap * 2);
		struct known *at = reallocarray(sockets->at, cap, sizeof(*at));

		if (!at || cap > MOST_SOCKETS * 2)
			return false;
		sockets->at = at;
		sockets->cap = cap;
	}
	sockets->at[sockets->n++] = (struct known){
		.cookie = (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0],
		.space = sockets->n_spaces > 1 ? sockets->spaces[sockets->n_spaces - 1] : 0,
		.id = message->id,
		.family = message->idiag_family,
		.protocol = protocol,
	};
	return sockets->n < MOST_SOCKETS;
}

/* false: the answer is over */
static bool add_reply(struct sockets *sockets, const void *reply, size_t len, uint8_t protocol)
{
	const struct nlmsghdr *message = reply;

	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return false;
		if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
		    !add(sockets, NLMSG_DATA(message), protocol))
			return false;
	}
	return true;
}

static void ask_for(struct sockets *sockets, int netlink, uint8_t family, uint8_t protocol)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = ~0u},
	};
	char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = send(netlink, &request, sizeof(request), 0);

	while (n > 0) {
		n = recv(netlink, reply, sizeof(reply), 0);
		if (n > 0 && !add_reply(sockets, reply, (size_t)n, protocol))
			return;
	}
}

/* All sockets of the namespace that this thread is in. */
static void ask_here(struct sockets *sockets)
{
	static const uint8_t families[] = {AF_INET, AF_INET6},
			     protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
	/* An answer comes at once or not at all. */
	const struct timeval patience = {.tv_usec = ANSWER_MS * 1000};

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (size_t j = 0; j < ARRAY_LEN(protocols); j++) {
			int netlink =
				socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

			if (netlink < 0)
				return;
			setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
			ask_for(sockets, netlink, families[i], protocols[j]);
			close(netlink);
		}
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
		ask_here(sockets);
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

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
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
	ask_here(sockets);
	if (home >= 0 && is_new_space(sockets, home)) {
		ask_elsewhere(sockets);
		setns(home, CLONE_NEWNET);
	}
	if (home >= 0)
		close(home);
	if (sockets->n)
		qsort(sockets->at, sockets->n, sizeof(*sockets->at), compare);
	return sockets;
}

static struct later sockets = {
	.load = load, .free = sockets_free, .fresh_ns = UINT64_C(3000000000)};

static const struct known *find(const struct sockets *table, uint64_t cookie)
{
	const struct known key = {.cookie = cookie};

	if (!table || !table->n)
		return NULL;
	return bsearch(&key, table->at, table->n, sizeof(key), compare);
}

static void add_end(struct buf *out, uint8_t family, const __be32 *address, __be16 port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, address, text, sizeof(text)))
		return;
	buf_addf(out, family == AF_INET6 ? " [%s]:%u" : " %s:%u", text, ntohs(port));
}

static void add_ends(struct buf *out, const struct known *known)
{
	buf_adds(out, known->protocol == IPPROTO_TCP ? "tcp" : "udp");
	add_end(out, known->family, known->id.idiag_src, known->id.idiag_sport);
	if (known->id.idiag_dport)
		add_end(out, known->family, known->id.idiag_dst, known->id.idiag_dport);
	if (known->space)
		buf_addf(out, " netns %llu", (unsigned long long)known->space);
}

bool sockets_lookup(void *ctx, uint64_t cookie, struct buf *out)
{
	const struct known *known = find(later_table(&sockets, false), cookie);

	(void)ctx;
	if (!known)
		known = find(later_table(&sockets, true), cookie);
	if (known)
		add_ends(out, known);
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
		add_ends(&text, &table->at[i]);
		if (text.len != len || memcmp(buf_text(&text), ends, len) != 0)
			continue;
		*out = table->at[i].cookie;
		return true;
	}
	return false;
}
