/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tape as a source: opening it, what it holds, and its state. A regular file is indexed and can be
 * sought; anything else is read as it comes. */
#include "read/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/plan.h"
#include "read/replay_state.h"
#include "read/spec.h"

/* -- maps -- */

static const char *host_of(const struct replay *replay)
{
	return replay->host ? replay->host : replay->head.host;
}

static int add_map(const struct replay *replay, const struct replay_map *map, struct map_list *out,
		   struct err *err)
{
	struct map *copy = map_list_add(out);
	int r = copy ? tape_unpack_map(map->body.at, map->body.len, copy, NULL, err) : -ENOMEM;

	if (r < 0) {
		out->n -= copy != NULL;
		return err_set(err, r, "out of memory for the maps of tape '%s'", replay->name);
	}
	if (!replay->host)
		return 0;
	copy->host = arena_strdup(&copy->mem, replay->host);
	copy->asked = arena_strdup(&copy->mem, replay->asked);
	return copy->host && copy->asked ? 0 : -ENOMEM;
}

static int list_maps(struct source *source, struct map_list *out, struct err *err)
{
	struct replay *replay = replay_of(source);
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < replay->n_maps; i++)
		r = add_map(replay, replay->maps[i], out, err);
	return r;
}

/* A tape is opened by its name; all its maps are meant. */
static int find_maps(struct source *source, const struct spec *spec, struct map_list *out,
		     struct err *err)
{
	const struct replay *replay = replay_of(source);

	(void)spec;
	if (replay->n_maps)
		return list_maps(source, out, err);
	if (replay->fault.text[0])
		return err_set(err, -ENOENT, "%s", replay->fault.text);
	return err_set(err, -ENOENT, "there is no map in tape '%s', yet", replay->name);
}

static int plan_map(struct source *source, const struct map *map, struct plan *out, struct err *err)
{
	struct replay *replay = replay_of(source);
	const struct replay_map *of = replay_map_of(replay, map);

	if (!of)
		return err_set(err, -ENOENT, "map '%s' is not in tape '%s'", map->name,
			       replay->name);
	return tape_unpack_map(of->body.at, of->body.len, NULL, out, err);
}

/* It went since that was asked last; the last reading before comes first. */
static bool is_gone_now(const struct replay *replay, struct replay_map *map)
{
	map->is_gone_told &= replay_is_gone(replay, map);
	return replay_is_gone(replay, map) && !map->is_gone_told;
}

static uint64_t due(struct source *source, const struct map *map)
{
	struct replay *replay = replay_of(source);
	struct replay_map *of = replay_map_of(replay, map);
	uint32_t target;
	int r;

	if (!of)
		return UINT64_MAX;
	if (!replay->is_file) {
		if (of->now_entry != of->given_entry)
			return 0;
		r = replay_pump(replay, NULL);
		return r == 1 || r == -EAGAIN || is_gone_now(replay, of) ? 0 : UINT64_MAX;
	}
	replay_advance(replay);
	target = replay_target(replay, of);
	/* Before its first reading, there is none to go back to. */
	if ((target != REPLAY_NONE && target != of->given_entry) || is_gone_now(replay, of))
		return 0;
	return replay_next_ns(replay);
}

/* -- opening -- */

static void free_tape(struct source *source)
{
	struct replay *replay = replay_of(source);

	for (uint32_t i = 0; i < replay->n_maps; i++)
		replay_map_free(replay->maps[i]);
	free(replay->maps);
	free(replay->numbers);
	free(replay->host);
	free(replay->asked);
	tape_reader_release(&replay->reader);
	tape_head_release(&replay->head);
	pages_release(&replay->entries);
	pages_release(&replay->places);
	arena_release(&replay->mem);
	for (uint32_t i = 0; i < replay->n_files; i++) {
		free(replay->files[i].name);
		close(replay->files[i].fd);
	}
	free(replay->files);
	free(replay);
}

static const struct source_ops tape_ops = {
	.name = "tape",
	.find = find_maps,
	.list = list_maps,
	.plan = plan_map,
	.due = due,
	.begin = replay_begin,
	.step = replay_step,
	.end = replay_end,
	.free = free_tape,
};

bool source_is_tape(const struct source *source)
{
	return source->ops == &tape_ops;
}

/* What is there of a pipe, without waiting. */
static ptrdiff_t read_pipe(void *ctx, void *bytes, size_t n)
{
	const struct replay *replay = ctx;
	struct pollfd ready = {.fd = replay->files->fd, .events = POLLIN};
	ssize_t done;

	if (poll(&ready, 1, 0) == 0)
		return -EAGAIN;
	done = read(replay->files->fd, bytes, n);
	if (done < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	return done;
}

static int read_magic(struct replay *replay, struct err *err)
{
	while (replay->n_magic < TAPE_MAGIC_BYTES) {
		ssize_t n = read(replay->files->fd, replay->magic + replay->n_magic,
				 TAPE_MAGIC_BYTES - replay->n_magic);

		if (n < 0)
			return err_set(err, -errno, "cannot read tape '%s': %s", replay->name,
				       err_words(-errno));
		if (n == 0)
			return err_set(err, -EBADMSG,
				       replay->n_magic ? "'%s' is not a tape: it is too short"
						       : "tape '%s' is empty",
				       replay->name);
		replay->n_magic += (size_t)n;
	}
	tape_reader_begin(&replay->reader, TAPE_MAGIC_BYTES);
	return tape_magic_check(replay->magic, replay->name, err);
}

int replay_wait_first(struct source *tape, struct err *err)
{
	struct replay *replay = replay_of(tape);
	int r = replay_await(replay, err);

	if (r == -ENODATA)
		return err_set(err, -EBADMSG, "%s",
			       replay->fault.text[0] ? replay->fault.text
						     : "the tape ended before its first reading");
	return r < 0 ? r : 0;
}

int replay_look_for_maps(struct source *tape, struct err *err)
{
	struct replay *replay = replay_of(tape);
	int r = -EAGAIN;

	while (r == -EAGAIN && !replay->n_maps)
		r = replay_pump(replay, err);
	return r == -EAGAIN || r == -ENODATA ? 0 : MIN_OF(r, 0);
}

int replay_begin_files(struct replay *replay, struct err *err)
{
	int r;

	replay->indexed_bytes = TAPE_MAGIC_BYTES;
	r = replay_look(replay);
	replay_anchor(replay);
	return r < 0 ? err_set(err, r, "cannot read tape '%s': %s",
			       replay->files[replay->file].name, err_words(r))
		     : 0;
}

static int first_look(struct replay *replay, struct err *err)
{
	int r = read_magic(replay, err);

	if (r < 0)
		return r;
	return replay->is_file ? replay_begin_files(replay, err)
			       : replay_wait_first(&replay->source, err);
}

struct replay *replay_new(bool is_file)
{
	struct replay *replay = calloc(1, sizeof(*replay));

	if (!replay)
		return NULL;
	replay->source.ops = &tape_ops;
	replay->is_file = is_file;
	replay->is_held = is_file;
	replay->speed = 1;
	replay->head = (struct tape_head){.host = "", .program = "", .boot = ""};
	replay->reader = (struct tape_reader){.read = read_pipe, .ctx = replay};
	return replay;
}

int replay_add_file(struct replay *replay, int fd, const char *name, struct err *err)
{
	struct replay_file *files =
		reallocarray(replay->files, replay->n_files + 1, sizeof(*files));
	char *copy = strdup(name);

	replay->files = files ? files : replay->files;
	if (!files || !copy) {
		free(copy);
		close(fd);
		return err_set(err, -ENOMEM, "out of memory for tape '%s'", name);
	}
	files[replay->n_files++] = (struct replay_file){.fd = fd, .name = copy};
	replay->name = copy;
	return 0;
}

/* Of one descriptor, which it takes over. NULL with a sentence. */
static struct replay *replay_of_fd(int fd, const char *name, bool is_file, struct err *err)
{
	struct replay *replay = replay_new(is_file);

	if (!replay) {
		close(fd);
		err_set(err, -ENOMEM, "out of memory for tape '%s'", name);
		return NULL;
	}
	if (replay_add_file(replay, fd, name, err) == 0)
		return replay;
	free_tape(&replay->source);
	return NULL;
}

int source_tape_of(int fd, const char *name, struct source **out, struct err *err)
{
	struct replay *replay;
	struct stat stat;
	int r;

	if (fstat(fd, &stat) < 0)
		r = -errno;
	else
		r = S_ISDIR(stat.st_mode) ? -EISDIR : 0;
	if (r < 0) {
		close(fd);
		return err_set(err, r, "cannot open tape '%s': %s", name, err_words(r));
	}
	replay = replay_of_fd(fd, name, S_ISREG(stat.st_mode), err);
	if (!replay)
		return -ENOMEM;
	r = first_look(replay, err);
	if (r < 0)
		free_tape(&replay->source);
	else
		*out = &replay->source;
	return r;
}

int source_tape_live(int fd, const char *name, struct source **out, struct err *err)
{
	struct replay *replay = replay_of_fd(fd, name, false, err);

	if (!replay)
		return -ENOMEM;
	tape_reader_begin(&replay->reader, TAPE_MAGIC_BYTES);
	*out = &replay->source;
	return 0;
}

int replay_open(const char *path, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? err_set(err, -errno, "cannot open tape '%s': %s", path, err_words(-errno))
		      : fd;
}

static const char *name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

int source_tape_new(const char *path, struct source **out, struct err *err)
{
	int fd = replay_open(path, err);

	return fd < 0 ? fd : source_tape_of(fd, name_of(path), out, err);
}

/* What is left of the connection before is dropped; its maps stay, as their watchers know them. */
void replay_resume(struct source *tape, int fd)
{
	struct replay *replay = replay_of(tape);

	close(replay->files->fd);
	replay->files->fd = fd;
	replay->n_magic = replay->n_numbers = 0;
	replay->decoding = NULL;
	replay->is_ended = replay->has_end = false;
	replay->last_tick = 0;
	replay->fault = (struct err){0};
	tape_reader_begin(&replay->reader, TAPE_MAGIC_BYTES);
}

void replay_keep_all(struct source *tape)
{
	replay_of(tape)->keeps_all = true;
}

size_t replay_n_maps(const struct source *tape)
{
	return replay_of(tape)->n_maps;
}

bool replay_went(struct source *tape, const struct map *map)
{
	struct replay *replay = replay_of(tape);
	const struct replay_map *of = replay_map_of(replay, map);

	return of && replay_is_gone(replay, of);
}

/* -- state -- */

static const char *fault_of(struct replay *replay)
{
	if (replay->fault.text[0])
		return replay->fault.text;
	if (!replay->n_torn)
		return NULL;
	err_set(&replay->torn, -ENODATA,
		"the last %llu %s of tape '%s' %s no whole reading: it was torn, or is being "
		"written",
		(unsigned long long)replay->n_torn, num_noun(replay->n_torn, "byte", "bytes"),
		replay->name, num_noun(replay->n_torn, "is", "are"));
	return replay->torn.text;
}

void replay_state(const struct source *tape, struct replay_state *out)
{
	struct replay *replay = replay_of(tape);
	size_t n = replay->n_places;

	*out = (struct replay_state){
		.place = replay->is_file && n ? replay->place + 1 : n,
		.n_places = n,
		.speed = replay->speed,
		.interval_ns = replay->head.interval_ns,
		.is_held = replay->is_held,
		.is_live = !replay->is_file,
		.is_over = replay->is_ended && (!replay->is_file || replay->place + 1 >= n),
		.host = host_of(replay),
		.fault = fault_of(replay),
	};
}

static uint64_t tape_boot_ns(void *ctx)
{
	const struct replay *replay = ctx;

	if (replay->is_file)
		return replay->n_places ? replay_place(replay, replay->place)->time_ns : 0;
	return replay->reader.label.time_ns;
}

void replay_lookups(struct source *tape, struct lookups *out)
{
	struct replay *replay = replay_of(tape);

	*out = replay->is_same_boot ? *source_lookups() : (struct lookups){0};
	out->boot_ns = tape_boot_ns;
	out->ctx = replay;
}

/* -- checking -- */

static void count(const struct replay *replay, struct replay_check *out)
{
	const struct tape_label *label = &replay->reader.label;

	if (!out->n_readings++)
		out->first_ns = label->time_ns;
	out->last_ns = label->time_ns;
}

int replay_verify(const char *path, struct replay_check *out, struct err *err)
{
	int fd = replay_open(path, err), r;
	struct replay *replay;

	*out = (struct replay_check){0};
	if (fd < 0)
		return fd;
	replay = replay_of_fd(fd, name_of(path), false, err);
	if (!replay)
		return -ENOMEM;
	r = read_magic(replay, err);
	while (r >= 0) {
		r = replay_await(replay, err);
		if (r == 1)
			count(replay, out);
	}
	out->n_maps = replay->n_maps;
	for (uint32_t i = 0; i < replay->n_maps; i++)
		out->n_gone += replay->maps[i]->is_gone;
	out->n_bytes = replay->reader.at;
	if (replay->reader.is_whole && r != -EBADMSG)
		out->n_bytes += TAPE_LABEL_BYTES + replay->reader.label.length + TAPE_SUM_BYTES;
	out->is_ended = r == -ENODATA && replay->has_end;
	if (r == -ENODATA)
		r = replay->fault.text[0] ? err_set(err, -EBADMSG, "%s", replay->fault.text) : 0;
	free_tape(&replay->source);
	return r;
}
