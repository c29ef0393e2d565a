// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A watch whose map went waits (WATCH_AWAITED) while its word is looked up again and again. When that leads to maps
 * that are not open yet they are opened, and all waiting watches of that word are marked as replaced: nobody can tell
 * which new map stands for which old one. Closing the old ones is the caller's, who may have more to move over. */
#include "app/successor.h"

#include <errno.h>
#include <string.h>

#include "app/watch.h"
#include "base/err.h"
#include "base/log.h"
#include "read/spec.h"

/* Another map may come to be called so. */
static bool can_return(const char *word)
{
	struct spec spec;

	if (!word || spec_parse(word, &spec, NULL) < 0)
		return false;
	return spec.kind == SPEC_NAME || spec.kind == SPEC_PIN || spec.kind == SPEC_DEVICE ||
	       (spec.kind == SPEC_PROGRAM && !spec.id);
}

const char *successor_word(const struct watch *watch)
{
	const struct map *map = &watch->table.map;

	if (can_return(watch->word))
		return watch->word;
	return !watch->word && map->follows_pin ? map->pin : NULL;
}

bool successor_await(struct watch *watch)
{
	if (watch->table.is_gone && successor_word(watch))
		watch->state = WATCH_AWAITED;
	return watch->state == WATCH_AWAITED;
}

bool successor_is_awaited(const struct watch_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->watches[i]->state == WATCH_AWAITED)
			return true;
	return false;
}

/* Of a word, all that went are replaced by what came: which by which, nobody knows. */
static void replace(struct watch_set *set, const struct watch *gone, size_t n_before)
{
	const char *word = successor_word(gone);

	for (size_t i = n_before; i < set->n; i++) {
		set->watches[i]->word = gone->word;
		set->watches[i]->n_taken = gone->n_taken;
		set->watches[i]->is_replacement = true;
	}
	for (size_t i = 0; i < n_before; i++)
		if (set->watches[i]->state == WATCH_AWAITED &&
		    strcmp(successor_word(set->watches[i]), word) == 0)
			set->watches[i]->state = WATCH_REPLACED;
}

int successor_look(struct watch_set *set, struct err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		size_t n_before = set->n;
		struct err why = {0};
		int r;

		if (set->watches[i]->state != WATCH_AWAITED)
			continue;
		r = watch_set_open(set, successor_word(set->watches[i]), &why);
		if (r == -ENOMEM)
			return err_set(err, r, "%s", why.text);
		/* That nothing is called so now is why we look. */
		if (r < 0)
			log_add(LOG_DEBUG, "%s", why.text);
		if (set->n > n_before)
			replace(set, set->watches[i], n_before);
	}
	return 0;
}
