// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From a word of the command line to watches. */
#include "app/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/smooth.h"
#include "out/out.h"
#include "read/remote.h"
#include "read/replay.h"
#include "read/spec.h"

/* A tape may hold maps of several sources, so that an id alone is not enough. */
static bool is_open(const struct watch_set *set, const struct source *source, const struct map *map)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct map *other = &set->watches[i]->table.map;

		if (set->watches[i]->source == source && other->id == map->id &&
		    strcmp(other->source, map->source) == 0)
			return true;
	}
	return false;
}

static int add(struct watch_set *set, struct watch *watch)
{
	if (set->n == set->cap) {
		size_t cap = set->cap ? 2 * set->cap : 8;
		struct watch **grown = reallocarray(set->watches, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		set->watches = grown;
		set->cap = cap;
	}
	set->watches[set->n++] = watch;
	return 0;
}

/* Takes map over, whatever it returns. */
static int open_map(struct watch_set *set, struct source *source, struct map *map, struct err *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	SCOPED(plan) plan = {0};
	int r;

	if (!watch)
		return err_set(err, -ENOMEM, "out of memory for map '%s'", map->name);
	watch->source = watch->reader = source;
	watch->begins_baseline = set->options->begins_baseline;
	r = watch_set_layout(set, source, map, &plan, &watch->reader, err);
	if (r < 0) {
		free(watch);
		return r;
	}
	watch->how = (struct read_plan){
		.max_rows = set->options->max_rows,
		.method = set->options->method,
		.is_strict = set->options->is_strict,
		.keys_suffice = set->options->output && set->options->output->keys_suffice,
		.takes_two = set->takes_two,
	};
	r = table_init(&watch->table, map, &plan);
	if (r == 0)
		r = add(set, watch);
	if (r < 0) {
		if (watch->reader != source)
			watch->reader->ops->free(watch->reader);
		table_release(&watch->table);
		free(watch);
		return err_set(err, r, "out of memory for a map");
	}
	if (source_is_tape(source))
		replay_lookups(source, &watch->table.lookups);
	else
		watch->table.lookups = *source_lookups();
	if (set->options->n_ghosts)
		table_remember(&watch->table, set->options->n_ghosts);
	r = smooth_set(&watch->table, set->options->smooth_ns);
	return r < 0 ? err_set(err, r, "out of memory for smoothed rates") : 0;
}

static struct source *source_of(struct watch_set *set, const struct spec *spec, struct err *err)
{
	switch (spec->kind) {
	case SPEC_SIM:
		return watch_set_sim(set, err);
	case SPEC_TAPE:
		return watch_set_tape(set, spec->text, err);
	case SPEC_REMOTE:
		return watch_set_remote(set, spec->text, err);
	default:
		return watch_set_kernel(set, err);
	}
}

static struct watch_tape *tape_of(struct watch_set *set, const struct source *source)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		if (set->tapes[i].source == source)
			return &set->tapes[i];
	return NULL;
}

/* Waits for the tape of another host. */
static int await(struct watch_set *set, const struct source *source, struct err *err)
{
	struct watch_tape *tape = tape_of(set, source);
	int r = remote_await(tape->remote, err);

	tape->n_maps = replay_n_maps(source);
	return r;
}

/* Of a tape perhaps one map alone. */
static bool is_meant(const char *wanted, const struct map *map)
{
	uint64_t id;

	return !wanted || strcmp(map->name, wanted) == 0 ||
	       (num_u64(wanted, &id) == 0 && id == map->id);
}

static int none_meant(const struct watch_tape *tape, const struct map_list *found, struct err *err)
{
	SCOPED(buf) names = {0};

	for (size_t i = 0; i < found->n; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", found->maps[i].name);
	return err_set(err, -ENOENT, "no map of tape '%.*s' is called '%s'; there are %s",
		       (int)(tape->map - 1 - tape->path), tape->path, tape->map, buf_text(&names));
}

/* Without the first n_passed that are found. */
static int open_found(struct watch_set *set, struct source *source, struct map_list *found,
		      size_t n_passed, struct err *err)
{
	const struct watch_tape *tape = tape_of(set, source);
	const char *wanted = tape ? tape->map : NULL;
	size_t n_meant = 0;
	int r = 0;

	for (size_t i = n_passed; r == 0 && i < found->n; i++) {
		if (!is_meant(wanted, &found->maps[i]))
			continue;
		n_meant++;
		if (!is_open(set, source, &found->maps[i]))
			r = open_map(set, source, &found->maps[i], err);
	}
	return r == 0 && wanted && !n_meant && !n_passed ? none_meant(tape, found, err) : r;
}

static int open_spec(struct watch_set *set, const struct spec *spec, size_t n_passed,
		     struct err *err)
{
	SCOPED(map_list) found = {0};
	struct source *source = source_of(set, spec, err);
	size_t n_before = set->n;
	int r;

	if (!source)
		return err && err->code ? err->code : -ENOMEM;
	if (spec->kind == SPEC_REMOTE && !replay_n_maps(source)) {
		r = set->is_screen ? -EAGAIN : await(set, source, err);
		if (r < 0)
			return r == -EAGAIN ? 0 : r;
	}
	r = source->ops->find(source, spec, &found, err);
	if (r == 0)
		r = open_found(set, source, &found, n_passed, err);
	while (r < 0 && set->n > n_before)
		watch_set_close(set, set->watches[set->n - 1]);
	return r;
}

/* A first word that is no map may have been meant as a command. */
static int offer_command(const struct options *options, const char *word, int code, struct err *err)
{
	const struct command *near;

	if (!options || options->has_command || word != options->words[0])
		return code;
	near = command_near(word);
	if (!near)
		return err_set(err, code,
			       "no map is called '%s'; 'bpfmaptop list' shows the maps, --help the "
			       "commands",
			       word);
	return err_set(err, code, "no map is called '%s'; did you mean the command '%s'?", word,
		       near->name);
}

int watch_set_open(struct watch_set *set, const char *word, struct err *err)
{
	struct spec spec;
	int r = spec_parse(word, &spec, err);

	if (r == 0)
		r = open_spec(set, &spec, 0, err);
	if (r == -ENOENT && spec.kind == SPEC_NAME && spec.text == word)
		return offer_command(set->options, word, r, err);
	return r;
}

/* All of them at once, so that the slowest is waited for and not their sum. */
static int connect_hosts(struct watch_set *set, struct err *err)
{
	const struct options *options = set->options;
	int n = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < options->n_words; i++) {
			struct spec spec;

			if (spec_parse(options->words[i], &spec, NULL) < 0 ||
			    spec.kind != SPEC_REMOTE)
				continue;
			n += pass == 0;
			set->is_alone = n == 1;
			if (pass && !watch_set_remote(set, spec.text, err))
				return err->code;
		}
	return 0;
}

int watch_set_open_words(struct watch_set *set, struct err *err)
{
	int r = connect_hosts(set, err);

	for (int i = 0; r == 0 && i < set->options->n_words; i++) {
		size_t n_before = set->n;

		r = watch_set_open(set, set->options->words[i], err);
		for (size_t k = n_before; k < set->n; k++)
			set->watches[k]->word = set->options->words[i];
	}
	return r < 0 ? r : watch_set_check_layouts(set, err);
}

int watch_set_open_tape(struct watch_set *set, const struct watch_tape *tape, size_t n_passed,
			struct err *err)
{
	struct spec spec = {.kind = tape->remote ? SPEC_REMOTE : SPEC_TAPE, .text = tape->path};

	return open_spec(set, &spec, n_passed, err);
}

int watch_set_open_id(struct watch_set *set, uint32_t id, struct err *err)
{
	struct spec spec = {.kind = SPEC_ID, .id = id, .text = ""};

	return open_spec(set, &spec, 0, err);
}

int watch_set_open_simulated(struct watch_set *set, struct err *err)
{
	static const char *const words[] = {"sim:flows", "sim:ports", "sim:verdicts", "sim:sizes",
					    "sim:globals"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(words); i++)
		r = watch_set_open(set, words[i], err);
	return r;
}
