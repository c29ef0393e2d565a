/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drives one reading: picks the best method that suits, steps it, and falls to the next one when the
 * kernel refuses it before the first row. What was refused is remembered by map type, so that it is
 * tried once in the life of the source.
 *
 * Invariant: on every way out snap holds only whole rows that the kernel handed over, and its notes
 * say what is missing. */
#include "read/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/snap.h"
#include "model/words.h"
#include "read/ahead.h"
#include "read/kernel.h"

/* The kernel's own ENOTSUPP, which no header of user space knows. */
enum { KERNEL_ENOTSUPP = 524 };
/* Rows over max_entries that a walk may still meet: a little for small maps under fast writers. */
enum { SLACK_ROWS = 4096 };

static const struct method *const methods[] = {
	&read_keys,    &read_ring, &read_head,	&read_arena, &read_tasks,
	&read_cgroups, &read_mmap, &read_batch, &read_iter,  &read_next,
};
_Static_assert(ARRAY_LEN(methods) <= MEMO_METHODS, "a method without a place in the memo");

static bool is_refusal(int r)
{
	return r == -EINVAL || r == -EOPNOTSUPP || r == -KERNEL_ENOTSUPP;
}

static bool is_meant(const struct cursor *cursor, const struct method *method)
{
	return !cursor->how.method || strcmp(cursor->how.method, method->name) == 0;
}

static bool is_expected(const struct method *method, const struct map *map)
{
	return method->is_expected && method->is_expected(map);
}

/* This way was tried before. */
static bool is_refused(const struct cursor *cursor, unsigned method)
{
	return memo_is_refused(&cursor->kernel->memo, method, cursor->map->type->number) ||
	       memo_map_refuses(&cursor->kernel->memo, cursor->map->id, method);
}

/* The first method from `from` on that may be tried now; ARRAY_LEN(methods) when there is none. */
static unsigned method_from(const struct cursor *cursor, unsigned from, struct snap *snap)
{
	for (unsigned i = from; i < ARRAY_LEN(methods); i++) {
		if (!is_meant(cursor, methods[i]) || !methods[i]->suits(cursor->map, &cursor->how))
			continue;
		if (!is_refused(cursor, i))
			return i;
		if (is_expected(methods[i], cursor->map))
			snap->notes |= SNAP_FALLBACK;
	}
	return ARRAY_LEN(methods);
}

/* What to add where nothing but --strict stands in the way. */
static const char *under_strict(const struct cursor *cursor)
{
	struct read_plan relaxed = cursor->how;

	relaxed.is_strict = false;
	for (unsigned i = 0; cursor->how.is_strict && i < ARRAY_LEN(methods); i++)
		if (is_meant(cursor, methods[i]) && methods[i]->suits(cursor->map, &relaxed) &&
		    !methods[i]->suits(cursor->map, &cursor->how))
			return "; its memory can't be looked at under --strict";
	return "";
}

static int no_program(const struct cursor *cursor, struct err *err)
{
	const struct map *map = cursor->map;

	if (cursor->kernel->own.lacks_rights)
		return err_set(err, -EOPNOTSUPP,
			       "not permitted to read map '%s' (%s): it takes a program of our "
			       "own, and that needs CAP_BPF and CAP_PERFMON",
			       map->name, map->type->name);
	return err_set(err, -EOPNOTSUPP,
		       "map '%s' (%s) cannot be read: %s, and the kernel refuses the program that "
		       "would find them; --verbose says why",
		       map->name, map->type->name, map->type->why_not);
}

/* Of what lies in memory that could not be mapped: see mapping.c. */
static const char unwritable[] =
	"; its memory is shown only to who may write to it, by the mode of its "
	"pin, or by its id with CAP_SYS_ADMIN";

/* Of the method that was asked for: which there are instead. */
static int no_such_way(const struct cursor *cursor, struct err *err)
{
	const struct map *map = cursor->map;
	const char *strict = under_strict(cursor);
	SCOPED(buf) others = {0};

	for (unsigned i = 0; !*strict && i < ARRAY_LEN(methods); i++)
		if (methods[i]->suits(map, &cursor->how) && !is_refused(cursor, i))
			buf_addf(&others, "%s%s",
				 others.len ? ", " : "; what may work: ", methods[i]->name);
	return err_set(err, -EOPNOTSUPP, "map '%s' (%s) cannot be read by method '%s'%s%s",
		       map->name, map->type->name, cursor->how.method, strict, buf_text(&others));
}

static int no_method(const struct cursor *cursor, int code, struct err *err)
{
	const struct map *map = cursor->map;

	if (cursor->how.method)
		return no_such_way(cursor, err);
	if (map->type->needs_program)
		return no_program(cursor, err);
	if (map->type->why_not)
		return err_set(err, -EOPNOTSUPP, "map '%s' (%s) cannot be read: %s%s", map->name,
			       map->type->name, map->type->why_not,
			       read_ring.suits(map, &cursor->how) ? unwritable
								  : under_strict(cursor));
	return err_set(err, -EOPNOTSUPP, "map '%s' (%s) cannot be read: the kernel answers '%s'",
		       map->name, map->type->name, err_words(code));
}

static int start_method(struct cursor *cursor, unsigned from, int code, struct snap *snap,
			struct err *err)
{
	cursor->method = method_from(cursor, from, snap);
	if (cursor->method == ARRAY_LEN(methods))
		return no_method(cursor, code, err);
	cursor->has_here = false;
	if (methods[cursor->method]->start)
		methods[cursor->method]->start(cursor);
	snap->method = methods[cursor->method]->name;
	return 0;
}

static int no_such_method(const char *name, struct err *err)
{
	unsigned least = words_far(strlen(name));
	const char *near = NULL;
	SCOPED(buf) names = {0};

	for (unsigned i = 0; i < ARRAY_LEN(methods); i++) {
		if (words_nearer(name, strlen(name), methods[i]->name, &least))
			near = methods[i]->name;
		buf_addf(&names, "%s%s", i ? ", " : "", methods[i]->name);
	}
	if (near)
		return err_set(err, -EINVAL,
			       "there is no way to read a map called '%s'; did you mean '%s'?",
			       name, near);
	return err_set(err, -EINVAL, "there is no way to read a map called '%s'; there are %s",
		       name, buf_text(&names));
}

int source_check_method(const char *name, struct err *err)
{
	if (!name)
		return 0;
	for (unsigned i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i]->name, name) == 0)
			return 0;
	return no_such_method(name, err);
}

/* True when the BTF says that the value is guarded by a spin lock, which only stands at the top level
 * of the value's struct. source: btf_parse_fields(), kernel/bpf/btf.c */
static bool has_spin_lock(struct kernel *kernel, const struct map *map)
{
	const struct btf_type *type;
	const struct btf_member *member;
	const struct btf *btf;
	int error;

	if (!map->btf_id || !map->btf_value_type_id)
		return false;
	btf = btfcache_get(&kernel->btfs, map->btf_id, &error);
	type = btf ? btf__type_by_id(btf, map->btf_value_type_id) : NULL;
	if (!type || !btf_is_struct(type))
		return false;
	member = btf_members(type);
	for (unsigned i = 0; i < btf_vlen(type); i++) {
		const struct btf_type *inner = btf__type_by_id(btf, member[i].type);
		const char *name = inner ? btf__name_by_offset(btf, inner->name_off) : NULL;

		if (name && btf_is_struct(inner) && strcmp(name, "bpf_spin_lock") == 0)
			return true;
	}
	return false;
}

static struct map_memo *recall(struct cursor *cursor)
{
	bool is_new;
	struct map_memo *memo = memo_map(&cursor->kernel->memo, cursor->map->id, &is_new);

	if (memo && is_new && has_spin_lock(cursor->kernel, cursor->map))
		memo->elem_flags = BPF_F_LOCK;
	return memo;
}

void cursor_remember_ask(struct cursor *cursor, uint32_t n_ask)
{
	bool is_new;
	struct map_memo *memo = memo_map(&cursor->kernel->memo, cursor->map->id, &is_new);

	if (memo)
		memo->n_ask = n_ask;
}

bool cursor_has_buckets(const struct map *map)
{
	switch (map->type->number) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return true;
	}
	return false;
}

/* here, next and first in one piece, each aligned for a u32 bucket number. */
static int alloc_places(struct cursor *cursor)
{
	size_t size = (MAX_OF(cursor->map->key_size, sizeof(uint64_t)) + 7) & ~(size_t)7;

	cursor->places = calloc(3, size);
	if (!cursor->places)
		return -ENOMEM;
	cursor->here = cursor->places;
	cursor->next = cursor->here + size;
	cursor->first = cursor->next + size;
	return 0;
}

static int cursor_set_up(struct cursor *cursor, struct snap *snap, struct err *err)
{
	const struct map *map = cursor->map;
	struct map_memo *memo = recall(cursor);
	int r = source_check_method(cursor->how.method, err);

	if (r < 0)
		return r;
	if (!memo || alloc_places(cursor) < 0)
		return err_set(err, -ENOMEM, "out of memory for reading map '%s'", map->name);
	cursor->elem_flags = memo->elem_flags;
	/* Where the rows are made by us max_entries bounds nothing: it counts bytes, or is 0. */
	cursor->most_rows =
		map->row_key_size ? SIZE_MAX : 2 * (size_t)map->max_entries + SLACK_ROWS;
	snap_clear(snap, map);
	snap->started_ns = clock_now_ns();
	return start_method(cursor, 0, -EOPNOTSUPP, snap, err);
}

static void stop_method(struct cursor *cursor)
{
	if (cursor->method < ARRAY_LEN(methods) && methods[cursor->method]->stop)
		methods[cursor->method]->stop(cursor);
}

int cursor_make_room(struct cursor *cursor)
{
	size_t copy = ((size_t)cursor->map->value_size + 7) & ~(size_t)7;

	if (!cursor->walk.room)
		cursor->walk.room = calloc(cursor->kernel->n_cpus, MAX_OF(copy, sizeof(uint64_t)));
	return cursor->walk.room ? 0 : -ENOMEM;
}

void cursor_drop_room(struct cursor *cursor)
{
	free(cursor->walk.room);
	cursor->walk.room = NULL;
}

static void cursor_free(struct cursor *cursor)
{
	ahead_end(cursor);
	stop_method(cursor);
	close(cursor->fd);
	free(cursor->places);
	free(cursor);
}

int cursor_new(struct kernel *kernel, int fd, const struct map *map, const struct read_plan *how,
	       struct snap *snap, struct cursor **out, struct err *err)
{
	struct cursor *cursor = calloc(1, sizeof(*cursor));
	int r;

	if (!cursor) {
		close(fd);
		return err_set(err, -ENOMEM, "out of memory for reading map '%s'", map->name);
	}
	cursor->kernel = kernel;
	cursor->method = ARRAY_LEN(methods);
	cursor->fd = fd;
	cursor->map = map;
	if (how)
		cursor->how = *how;
	r = cursor_set_up(cursor, snap, err);
	if (r < 0)
		cursor_free(cursor);
	else
		*out = cursor;
	return r;
}

static int fail(struct cursor *cursor, int code, struct snap *snap, struct err *err)
{
	const struct map *map = cursor->map;

	cursor->is_done = true;
	snap->notes |= SNAP_PARTIAL;
	snap->error = code;
	return err_set(err, code, "reading map '%s' (id %u) stopped after %zu rows: %s", map->name,
		       map->id, snap->n_rows, err_words(code));
}

/* The kernel doesn't know this way for this type: never again, and the next one now. */
static int fall_back(struct cursor *cursor, int code, struct snap *snap, struct err *err)
{
	const struct method *refused = methods[cursor->method];
	int r;

	log_add(LOG_INFO, "map '%s' (%s): %s is refused: %s", cursor->map->name,
		cursor->map->type->name, refused->name, err_words(code));
	if (refused->is_of_map)
		memo_map_refuse(&cursor->kernel->memo, cursor->map->id, cursor->method);
	else
		memo_refuse(&cursor->kernel->memo, cursor->method, cursor->map->type->number);
	stop_method(cursor);
	if (is_expected(refused, cursor->map))
		snap->notes |= SNAP_FALLBACK;
	r = start_method(cursor, cursor->method + 1, code, snap, err);
	if (r < 0) {
		cursor->is_done = true;
		snap->notes |= SNAP_PARTIAL;
		snap->error = r;
		return r;
	}
	return STEP_MORE;
}

/* Ends the walk where the caller, or fairness, wants it to end. */
static bool is_over(const struct cursor *cursor, struct snap *snap)
{
	if (cursor->how.max_rows && snap->n_rows > cursor->how.max_rows) {
		snap->n_rows = cursor->how.max_rows;
		snap->notes |= SNAP_TRUNCATED;
		return true;
	}
	if (snap->n_rows > cursor->most_rows) {
		snap->notes |= SNAP_OUTRUN;
		return true;
	}
	return false;
}

/* A writer beside the walk can hide a key that stays, without a sign. A trie's walk passes over a branch
 * whose node is replaced at that very moment, whatever the method: trie_get_next_key(),
 * kernel/bpf/lpm_trie.c. */
static bool can_miss_keys(const struct cursor *cursor)
{
	switch (cursor->map->type->number) {
	case BPF_MAP_TYPE_LPM_TRIE:
		return true;
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_SOCKHASH:
		return methods[cursor->method]->is_unlocked;
	}
	return methods[cursor->method]->is_unlocked && cursor_has_buckets(cursor->map);
}

/* After the last row. STEP_DONE; STEP_MORE: the keys are walked again; or -errno. */
static int finish(struct cursor *cursor, struct snap *snap, struct err *err)
{
	int r = cursor->may_repeat ? snap_drop_duplicates(snap) : 0;

	if (r == 0)
		r = evicted_look(cursor, snap);
	if (r < 0)
		return fail(cursor, r, snap, err);
	/* By next-key, only a walk that was sent back to the start meets a key twice. */
	if (snap->n_dropped && methods[cursor->method] != &read_iter)
		snap->notes |= SNAP_RESTARTED;
	if (snap->notes & (SNAP_TRUNCATED | SNAP_PARTLY_SEEN))
		kernel_count_one(cursor->kernel, cursor->map, &snap->n_there);
	else
		grown_look(cursor, snap);
	if (can_miss_keys(cursor)) {
		if (again_begin(cursor, snap))
			return STEP_MORE;
		snap->notes |= SNAP_UNLOCKED;
	}
	cursor->is_done = true;
	return STEP_DONE;
}

static int step_again(struct cursor *cursor, struct snap *snap, struct err *err)
{
	int r = again_step(cursor, snap);

	if (r < 0)
		return fail(cursor, r, snap, err);
	cursor->is_done = r == STEP_DONE;
	return r;
}

static int step_on(struct cursor *cursor, struct snap *snap, struct err *err)
{
	const struct method *method = methods[cursor->method];
	int r = cursor->ahead ? ahead_step(cursor, snap) : method->step(cursor, snap);

	if (is_refusal(r) && !cursor->has_worked)
		return fall_back(cursor, r, snap, err);
	if (r < 0)
		return fail(cursor, r, snap, err);
	if (is_over(cursor, snap) || r == STEP_DONE)
		return finish(cursor, snap, err);
	if (method == &read_batch)
		ahead_begin(cursor, snap);
	grown_count(cursor, snap);
	return STEP_MORE;
}

int cursor_step(struct cursor *cursor, struct snap *snap, struct err *err)
{
	uint64_t began = clock_now_ns();
	int r;

	if (cursor->is_done)
		return STEP_DONE;
	r = cursor->is_again ? step_again(cursor, snap, err) : step_on(cursor, snap, err);
	snap->busy_ns += clock_now_ns() - began;
	return r;
}

void cursor_end(struct cursor *cursor, struct snap *snap)
{
	if (!cursor)
		return;
	if (!cursor->is_done) {
		snap->notes |= SNAP_PARTIAL;
		snap->error = -ECANCELED;
	}
	snap->ended_ns = clock_now_ns();
	snap->wall_ns = clock_wall_ns();
	cursor_free(cursor);
}
