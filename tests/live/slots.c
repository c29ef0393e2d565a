/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* slots DIRECTORY: pins, in a directory of a bpffs, maps whose values the kernel keeps to itself, or hands out
 * only where they have 8 bytes, with something in a slot of each. Says "ready", and stays, as what is in them
 * must, until the end of stdin. */
#include <errno.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "cgroup.h"

enum { N_SLOTS = 3, SLOT = 1 };

/* A value is a descriptor when it is put in. */
static void map_of(const char *folder, const char *name, enum bpf_map_type type,
		   uint32_t value_size, int fd)
{
	int map = bpf_map_create(type, name, sizeof(uint32_t), value_size, N_SLOTS, NULL);
	const uint64_t value = (uint64_t)fd;
	const uint32_t key = SLOT;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (map < 0 || bpf_obj_pin(map, path) < 0)
		fprintf(stderr, "slots: no %s: %s\n", name, strerror(errno));
	else if (fd >= 0 && bpf_map_update_elem(map, &key, &value, BPF_ANY) < 0)
		fprintf(stderr, "slots: nothing in %s: %s\n", name, strerror(errno));
	close(map);
}

static int bound_socket(void)
{
	const struct sockaddr_in any = {.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	return bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 ? -1 : fd;
}

static int counted_clock(void)
{
	struct perf_event_attr clock = {.type = PERF_TYPE_SOFTWARE,
					.size = sizeof(clock),
					.config = PERF_COUNT_SW_CPU_CLOCK};

	return (int)syscall(SYS_perf_event_open, &clock, 0, -1, -1, 0);
}

int main(int argc, char **argv)
{
	char byte;

	if (argc != 2)
		return 2;
	for (uint32_t size = 4; size <= 8; size += 4) {
		const char *folder = argv[1];
		bool is_small = size == 4;

		map_of(folder, is_small ? "sockmap_4" : "sockmap_8", BPF_MAP_TYPE_SOCKMAP, size,
		       bound_socket());
		map_of(folder, is_small ? "sockhash_4" : "sockhash_8", BPF_MAP_TYPE_SOCKHASH, size,
		       bound_socket());
		map_of(folder, is_small ? "reuseport_4" : "reuseport_8",
		       BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, size, bound_socket());
	}
	map_of(argv[1], "perf_events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, counted_clock());
	map_of(argv[1], "cgroups", BPF_MAP_TYPE_CGROUP_ARRAY, 4, open_cgroup_root());
	map_of(argv[1], "xsks", BPF_MAP_TYPE_XSKMAP, 4, -1);
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) < 0;
}
