/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bigmap N [CHANGES]: makes the benchmark map with N entries, prints its id, and holds it until stdin
 * ends; with CHANGES, that many entries a second are updated meanwhile. */
#include <poll.h>
#include <stdbool.h>

#include "bigmap.h"

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
	uint32_t changes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	struct pollfd in = {.fd = 0, .events = POLLIN};
	int fd = bigmap_create("bench_flows", n);
	uint64_t seed = 1;
	uint32_t at = 0;
	char byte;

	bigmap_write(fd, 0, n, seed);
	printf("%u\n", bigmap_id(fd));
	fflush(stdout);
	for (;;) {
		uint32_t count = changes / 20 < n - at ? changes / 20 : n - at;

		if (poll(&in, 1, changes ? 50 : -1) > 0 && read(0, &byte, 1) <= 0)
			break;
		bigmap_write(fd, at, count, ++seed);
		at = at + count >= n ? 0 : at + count;
	}
	return 0;
}
