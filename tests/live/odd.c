/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* odd DIRECTORY: pins, in a directory of a bpffs, maps of the types that bpftool can't make, each with something
 * in it: storages of a socket, a process and a cgroup, a ring that programs read, pages. Says "ready", and
 * stays, as what hangs on it must, until the end of stdin. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "cgroup.h"

/* Of kernels newer than the headers may be. */
enum { TYPE_CGRP_STORAGE = 32, TYPE_ARENA = 33, PAGE = 4096 };

static int pinned(int fd, const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (fd < 0 || bpf_obj_pin(fd, path) < 0)
		fprintf(stderr, "odd: no %s: %s\n", name, strerror(errno));
	return fd;
}

static void storage(int type, const char *folder, const char *name, int holder)
{
	const uint32_t value[2] = {7, 14};
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int counted = btf__add_struct(btf, "counted", sizeof(value));
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC,
		    .btf_key_type_id = (uint32_t)number, .btf_value_type_id = (uint32_t)counted);
	int fd = -1;

	btf__add_field(btf, "hits", number, 0, 0);
	btf__add_field(btf, "misses", number, 32, 0);
	if (btf__load_into_kernel(btf) == 0) {
		opts.btf_fd = (uint32_t)btf__fd(btf);
		fd = bpf_map_create((enum bpf_map_type)type, name, sizeof(int), sizeof(value), 0,
				    &opts);
	}
	if (pinned(fd, folder, name) >= 0)
		bpf_map_update_elem(fd, &holder, value, BPF_ANY);
	btf__free(btf);
}

static void ring(const char *folder)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_USER_RINGBUF, "user_ringbuf", 0, 0, PAGE, NULL);
	struct user_ring_buffer *writer;
	void *record;

	if (pinned(fd, folder, "user_ringbuf") < 0)
		return;
	writer = user_ring_buffer__new(fd, NULL);
	record = writer ? user_ring_buffer__reserve(writer, 8) : NULL;
	if (record)
		user_ring_buffer__submit(writer, memset(record, 5, 8));
}

static void pages(const char *folder)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create((enum bpf_map_type)TYPE_ARENA, "arena", 0, 0, 8, &opts);
	uint8_t *at;

	if (pinned(fd, folder, "arena") < 0)
		return;
	at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		memset(at + 3 * PAGE, 3, 16);
}

int main(int argc, char **argv)
{
	char byte;

	if (argc != 2)
		return 2;
	storage(BPF_MAP_TYPE_SK_STORAGE, argv[1], "sk_storage", socket(AF_INET, SOCK_STREAM, 0));
	storage(BPF_MAP_TYPE_TASK_STORAGE, argv[1], "task_storage",
		(int)syscall(SYS_pidfd_open, getpid(), 0));
	storage(TYPE_CGRP_STORAGE, argv[1], "cgrp_storage", open_cgroup_root());
	ring(argv[1]);
	pages(argv[1]);
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) < 0;
}
