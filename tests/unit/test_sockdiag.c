/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers of sock_diag as kernels give them, whichever families this one has, and as none should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>

#include "base/num.h"
#include "base/tidy.h"
#include "read/sockdiag.h"
#include "tests/unit/starved.h"

enum { ANSWER_BYTES = 512, MAX_SEEN = 8 };

struct answer {
	uint8_t bytes[ANSWER_BYTES] __attribute__((aligned(8)));
	size_t len;
};

struct seen {
	struct diag_socket at[MAX_SEEN];
	size_t n, most;
};

static bool see(void *ctx, const struct diag_socket *socket)
{
	struct seen *seen = ctx;

	assert_true(seen->n < MAX_SEEN);
	seen->at[seen->n++] = *socket;
	return seen->n != seen->most;
}

static void add_message(struct answer *answer, uint16_t type, const void *body, size_t len)
{
	const struct nlmsghdr header = {.nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type};

	memcpy(answer->bytes + answer->len, &header, sizeof(header));
	memcpy(answer->bytes + answer->len + NLMSG_HDRLEN, body, len);
	answer->len += NLMSG_SPACE(len);
}

static size_t add_part(uint8_t *body, size_t at, uint16_t type, const void *data, size_t len)
{
	const struct rtattr part = {.rta_len = RTA_LENGTH(len), .rta_type = type};

	memcpy(body + at, &part, sizeof(part));
	memcpy(body + at + RTA_LENGTH(0), data, len);
	return at + RTA_SPACE(len);
}

static void ends_of_machines(void **state)
{
	const struct vsock_diag_msg said = {.vdiag_family = AF_VSOCK,
					    .vdiag_src_cid = 2,
					    .vdiag_src_port = 1024,
					    .vdiag_dst_cid = 3,
					    .vdiag_dst_port = 5000,
					    .vdiag_cookie = {7, 1}};
	struct answer answer = {.len = 0};
	struct seen seen = {.n = 0};

	(void)state;
	add_message(&answer, SOCK_DIAG_BY_FAMILY, &said, sizeof(said));
	add_message(&answer, NLMSG_DONE, &(int){0}, sizeof(int));
	assert_int_equal(sockdiag_read(AF_VSOCK, 0, answer.bytes, answer.len, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_true(seen.at[0].cookie == (UINT64_C(1) << 32 | 7));
	assert_int_equal(seen.at[0].vm.source_cid, 2);
	assert_int_equal(seen.at[0].vm.source_port, 1024);
	assert_int_equal(seen.at[0].vm.dest_cid, 3);
	assert_int_equal(seen.at[0].vm.dest_port, 5000);
}

static void names_and_peers(void **state)
{
	const struct unix_diag_msg said = {
		.udiag_family = AF_UNIX, .udiag_ino = 99, .udiag_cookie = {5, 0}};
	uint8_t body[128];
	size_t len = sizeof(said);
	struct answer answer = {.len = 0};
	struct seen seen = {.n = 0};

	(void)state;
	memcpy(body, &said, sizeof(said));
	len = add_part(body, len, UNIX_DIAG_NAME, "/run/a", 6);
	len = add_part(body, len, UNIX_DIAG_PEER, &(uint32_t){98}, 4);
	add_message(&answer, SOCK_DIAG_BY_FAMILY, body, len);
	assert_int_equal(sockdiag_read(AF_UNIX, 0, answer.bytes, answer.len, see, &seen), 1);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.at[0].local.inode, 99);
	assert_int_equal(seen.at[0].local.peer_inode, 98);
	assert_int_equal(seen.at[0].local.name_len, 6);
	assert_memory_equal(seen.at[0].local.name, "/run/a", 6);
}

static void what_the_kernel_has_not(void **state)
{
	const struct nlmsgerr said = {.error = -ENOENT};
	struct answer answer = {.len = 0};
	struct seen seen = {.n = 0};

	(void)state;
	add_message(&answer, NLMSG_ERROR, &said, sizeof(said));
	assert_int_equal(sockdiag_read(AF_VSOCK, 0, answer.bytes, answer.len, see, &seen), -ENOENT);
	assert_int_equal(seen.n, 0);
}

static void no_more_than_wanted(void **state)
{
	const struct inet_diag_msg said = {.idiag_family = AF_INET,
					   .id = {.idiag_sport = 80, .idiag_cookie = {1, 0}}};
	struct answer answer = {.len = 0};
	struct seen seen = {.most = 2};

	(void)state;
	for (int i = 0; i < 4; i++)
		add_message(&answer, SOCK_DIAG_BY_FAMILY, &said, sizeof(said));
	assert_int_equal(sockdiag_read(AF_INET, IPPROTO_TCP, answer.bytes, answer.len, see, &seen),
			 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.at[1].protocol, IPPROTO_TCP);
	assert_int_equal(seen.at[1].inet.source_port, 80);
}

/* Cut anywhere, and with any byte another one: nothing beyond the answer is read, in memory of just its size. */
static void answers_that_are_none(void **state)
{
	static const struct {
		uint8_t family, protocol;
	} kinds[] = {{AF_INET, IPPROTO_TCP}, {AF_UNIX, 0}, {AF_VSOCK, 0}, {AF_PACKET, 0}};
	uint8_t body[128] = {0};
	struct answer whole = {.len = 0};
	uint64_t random = 3;
	size_t len = add_part(body, sizeof(struct unix_diag_msg), UNIX_DIAG_NAME, "/run/a", 6);

	(void)state;
	add_message(&whole, SOCK_DIAG_BY_FAMILY, body, len);
	add_message(&whole, SOCK_DIAG_BY_FAMILY, body, sizeof(body));
	for (unsigned i = 0; i < unless_starved(4000, 200); i++) {
		size_t n = num_random(&random) % (whole.len + 1);
		uint8_t *bytes = malloc(n + 1);
		unsigned kind = i % ARRAY_LEN(kinds);
		struct seen seen = {.n = 0};

		assert_non_null(bytes);
		memcpy(bytes, whole.bytes, n);
		if (n)
			bytes[num_random(&random) % n] = (uint8_t)num_random(&random);
		sockdiag_read(kinds[kind].family, kinds[kind].protocol, bytes, n, see, &seen);
		for (size_t k = 0; k < seen.n; k++)
			if (kinds[kind].family == AF_UNIX && seen.at[k].local.name_len)
				assert_true(seen.at[k].local.name >= (char *)bytes &&
					    seen.at[k].local.name + seen.at[k].local.name_len <=
						    (char *)bytes + n);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_machines),	   cmocka_unit_test(names_and_peers),
		cmocka_unit_test(what_the_kernel_has_not), cmocka_unit_test(no_more_than_wanted),
		cmocka_unit_test(answers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
