/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A large hash map for benchmarks: a 16-byte key of addresses and ports, a 64-byte value of eight
 * counters, with BTF, as a flow table has them. */
#pragma once

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

enum { BIGMAP_CHUNK = 4096, BIGMAP_COUNTERS = 8 };

struct bigmap_key {
	uint32_t saddr, daddr;
	uint16_t sport, dport;
	uint32_t proto;
};

struct bigmap_value {
	uint64_t counters[BIGMAP_COUNTERS];
};

static inline uint64_t bigmap_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline void bigmap_fail(const char *what, int code)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(code < 0 ? -code : errno));
	exit(1);
}

static inline struct btf *bigmap_btf(int *key_ret, int *value_ret)
{
	static const char *const counters[BIGMAP_COUNTERS] = {
		"packets", "bytes", "retrans", "drops", "syns", "fins", "resets", "errors"};
	struct btf *btf = btf__new_empty();
	int u16 = btf__add_int(btf, "unsigned short", 2, 0),
	    u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int u64 = btf__add_int(btf, "unsigned long long", 8, 0);
	int be16 = btf__add_typedef(btf, "__be16", u16),
	    be32 = btf__add_typedef(btf, "__be32", u32);

	*key_ret = btf__add_struct(btf, "flow_key", sizeof(struct bigmap_key));
	btf__add_field(btf, "saddr", be32, 0, 0);
	btf__add_field(btf, "daddr", be32, 32, 0);
	btf__add_field(btf, "sport", be16, 64, 0);
	btf__add_field(btf, "dport", be16, 80, 0);
	btf__add_field(btf, "proto", u32, 96, 0);
	*value_ret = btf__add_struct(btf, "flow_value", sizeof(struct bigmap_value));
	for (int i = 0; i < BIGMAP_COUNTERS; i++)
		btf__add_field(btf, counters[i], u64, (unsigned)i * 64, 0);
	return btf;
}

/* A map of that name with room for n entries (twice as many, so that nothing collides). */
static inline int bigmap_create(const char *name, uint32_t n)
{
	int key, value, fd, r;
	struct btf *btf = bigmap_btf(&key, &value);
	LIBBPF_OPTS(bpf_map_create_opts, opts);

	r = btf__load_into_kernel(btf);
	if (r < 0)
		bigmap_fail("cannot load BTF", r);
	opts.btf_fd = (uint32_t)btf__fd(btf);
	opts.btf_key_type_id = (uint32_t)key;
	opts.btf_value_type_id = (uint32_t)value;
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, name, sizeof(struct bigmap_key),
			    sizeof(struct bigmap_value), n, &opts);
	if (fd < 0)
		bigmap_fail("cannot create a map", fd);
	btf__free(btf);
	return fd;
}

static inline struct bigmap_key bigmap_key(uint32_t i)
{
	uint64_t state = i;
	uint64_t r = num_random(&state);

	return (struct bigmap_key){
		.saddr = 10 | (i << 8),
		.daddr = 0x000200c0u | (uint32_t)(r & 0xff) << 24,
		.sport = (uint16_t)(r >> 8),
		.dport = (uint16_t)(r >> 24),
		.proto = r >> 63 ? 6 : 17,
	};
}

/* Writes entries first..first + n, counters drawn from seed. */
static inline void bigmap_write(int fd, uint32_t first, uint32_t n, uint64_t seed)
{
	static struct bigmap_key keys[BIGMAP_CHUNK];
	static struct bigmap_value values[BIGMAP_CHUNK];

	for (uint32_t at = 0; at < n;) {
		uint32_t count = n - at < BIGMAP_CHUNK ? n - at : BIGMAP_CHUNK;
		int r;

		for (uint32_t i = 0; i < count; i++) {
			keys[i] = bigmap_key(first + at + i);
			for (int j = 0; j < BIGMAP_COUNTERS; j++)
				values[i].counters[j] = num_random(&seed) >> (40 + j);
		}
		r = bpf_map_update_batch(fd, keys, values, &count, NULL);
		if (r < 0)
			bigmap_fail("cannot fill the map", r);
		at += count;
	}
}

/* Takes entries first..first + n out. */
static inline void bigmap_remove(int fd, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct bigmap_key key = bigmap_key(first + i);

		bpf_map_delete_elem(fd, &key);
	}
}

static inline uint32_t bigmap_id(int fd)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		bigmap_fail("cannot ask for the map's id", -1);
	return info.id;
}

/* The floor: nothing but batch lookups into one buffer. returns entries read. */
static inline size_t bigmap_bare_loop(int fd)
{
	enum { ROWS = 8192 };
	static struct bigmap_key keys[ROWS];
	static struct bigmap_value values[ROWS];
	uint32_t place = 0, count;
	size_t n = 0;
	int r;

	for (bool first = true;; first = false) {
		count = ROWS;
		r = bpf_map_lookup_batch(fd, first ? NULL : &place, &place, keys, values, &count,
					 NULL);
		if (r < 0 && r != -ENOENT)
			bigmap_fail("cannot read the map", r);
		n += count;
		if (r < 0)
			return n;
	}
}

static inline int bigmap_by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static inline double bigmap_median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), bigmap_by_value);
	return values[n / 2];
}
