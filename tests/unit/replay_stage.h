/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For tests of replays: a map of a recording as it is watched, and what is compared of it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "read/source.h"
#include "tests/unit/tape_make.h"

/* A map as it is watched: what was opened of a source, and a screen for it. */
struct stage {
	struct source *source;
	struct table table;
	struct screen *screen;
};

static inline void stage_open(struct stage *stage, struct source *source, struct map *map)
{
	struct plan plan = {0};
	struct err err = {0};

	stage->source = source;
	assert_int_equal(source->ops->plan(source, map, &plan, &err), 0);
	assert_int_equal(table_init(&stage->table, map, &plan), 0);
	stage->screen = screen_new();
	assert_non_null(stage->screen);
	assert_int_equal(screen_add(stage->screen, &stage->table, &err), 0);
}

static inline void stage_close(struct stage *stage)
{
	screen_free(stage->screen);
	table_release(&stage->table);
}

static inline void stage_take(struct stage *stage)
{
	assert_int_equal(table_take(&stage->table), 0);
	screen_took(stage->screen, &stage->table);
}

static inline void stage_show(struct stage *stage, struct buf *rows, struct buf *all)
{
	show_rows(&stage->table, rows);
	show_outputs(&stage->table, all);
	show_screen(stage->screen, &stage->table, all);
}

/* Reads what is due at the place. 0, or what the source says. */
static inline int stage_read(struct stage *stage)
{
	struct source *source = stage->source;
	struct err err = {0};
	int n = 0;

	while (source->ops->due(source, &stage->table.map) == 0) {
		int r = source_read(source, &stage->table.map, NULL, stage->table.next, &err);

		if (r < 0)
			return r;
		stage_take(stage);
		n++;
	}
	return n;
}

static inline uint64_t sum_of(const struct snap *snap)
{
	uint64_t sum = checksum_of(snap->n_rows, snap->keys.at, snap->n_rows * snap->key_stride);

	return checksum_of(sum, snap->vals.at, snap->n_rows * snap->val_stride);
}

static inline void same(const struct buf *is, const struct buf *was)
{
	assert_string_equal(buf_text(is), buf_text(was));
	assert_int_equal(is->len, was->len);
}

static inline void write_file(const char *at, const void *bytes, size_t n)
{
	int fd = open(at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(file_write_all(fd, bytes, n), 0);
	close(fd);
}
