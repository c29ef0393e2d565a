/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Real maps for live tests: made, filled and looked at with libbpf; the source under test only reads.
 * Nothing is pinned unless a test does so, so that the kernel drops them with the test. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "read/source.h"
#include "read/spec.h"

/* "." and ".." included. */
static inline unsigned n_entries_of(const char *path)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* "flows_1234": no two tests running side by side share a name. At most 15 bytes. */
static inline const char *own_name(const char *stem)
{
	static char name[BPF_OBJ_NAME_LEN];

	snprintf(name, sizeof(name), "%.7s_%d", stem, (int)getpid());
	return name;
}

static inline int make_map(enum bpf_map_type type, const char *stem, uint32_t key_size,
			   uint32_t value_size, uint32_t max_entries, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	int fd = bpf_map_create(type, own_name(stem), key_size, value_size, max_entries, &opts);

	assert_true(fd >= 0);
	return fd;
}

static inline uint32_t id_of(int fd)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

/* Finds exactly one map by what a person would type. */
static inline const struct map *find_one(struct source *source, const char *typed,
					 struct map_list *list)
{
	struct spec spec;
	struct err err = {0};

	map_list_release(list);
	*list = (struct map_list){0};
	assert_int_equal(spec_parse(typed, &spec, &err), 0);
	if (source->ops->find(source, &spec, list, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(list->n, 1);
	return &list->maps[0];
}

static inline const struct map *find_fd(struct source *source, int fd, struct map_list *list)
{
	char typed[32];

	snprintf(typed, sizeof(typed), "id:%u", id_of(fd));
	return find_one(source, typed, list);
}

static inline int find_error(struct source *source, const char *typed, struct err *err)
{
	struct map_list list = {0};
	struct spec spec;
	int r;

	assert_int_equal(spec_parse(typed, &spec, err), 0);
	r = source->ops->find(source, &spec, &list, err);
	assert_int_equal(list.n, 0);
	map_list_release(&list);
	return r;
}

/* Reads to the end and checks that nothing is said against it; at rest no key is replaced. */
static inline void read_clean(struct source *source, const struct map *map,
			      const struct read_plan *how, struct snap *snap)
{
	struct err err = {0};

	if (source_read(source, map, how, snap, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(snap->notes & ~(uint32_t)SNAP_UNLOCKED, 0);
	assert_true(snap->n_calls > 0);
	assert_true(snap->ended_ns >= snap->started_ns && snap->wall_ns > 0);
}

static inline const uint8_t *row_of(const struct snap *snap, const void *key)
{
	for (size_t row = 0; row < snap->n_rows; row++)
		if (memcmp(snap_key(snap, row), key, snap->key_stride) == 0)
			return snap_value(snap, row);
	return NULL;
}

/* Looks again each millisecond until the condition holds, then goes on; fails after a minute. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		uint64_t deadline_ns_ = clock_now_ns() + UINT64_C(60000000000);                    \
		bool holds_ = false;                                                               \
                                                                                                   \
		while (!(holds_ = (condition)) && clock_now_ns() < deadline_ns_)                   \
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);                   \
		if (!holds_)                                                                       \
			fail_msg("never came true: %s", #condition);                               \
	} while (0)

/* true as soon as the map of that id is no more; false after a minute. */
static inline bool wait_gone(uint32_t id)
{
	uint64_t deadline_ns = clock_now_ns() + UINT64_C(60000000000);

	while (clock_now_ns() < deadline_ns) {
		int fd = bpf_map_get_fd_by_id(id);

		if (fd == -ENOENT)
			return true;
		if (fd >= 0)
			close(fd);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return false;
}

/* Whether entries can be counted without reading them. */
static inline bool kernel_counts(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "bpf_map_sum_elem_count", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

/* Runs the tests, or says in TAP why they can't be. */
#define run_live(tests)                                                                            \
	(bpf_is_permitted() ? cmocka_run_group_tests(tests, open_source, close_source) : 0)

static struct source *the_source;

static inline int open_source(void **state)
{
	(void)state;
	return source_kernel_new(&the_source);
}

static inline int close_source(void **state)
{
	(void)state;
	the_source->ops->free(the_source);
	return 0;
}

static inline bool bpf_is_permitted(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);

	if (fd < 0) {
		printf("1..1\nok 1 - live # SKIP BPF is not permitted here: %s\n", err_words(fd));
		return false;
	}
	close(fd);
	return true;
}
