/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was named is what is followed: a name, a pin, the maps of a program or of an interface are looked for
 * again while one of theirs is gone, since their owner may start anew. An id is that of one map only, and a
 * program's, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct watch;
struct watch_set;

/* What is looked for again when its map went: the word, or the pin by which it was found; NULL: nothing. Borrowed
 * from the watch. */
const char *successor_word(const struct watch *watch);
/* The watch's map went: true, and it is awaited from here on, where another can take its place. */
bool successor_await(struct watch *watch);
/* True while one of the set's watches is awaited. */
bool successor_is_awaited(const struct watch_set *set);
/* Opens what the words of those that are awaited lead to by now, as the last ones of the set. They begin
 * with as many readings as the one had that they follow, which is replaced then: nothing but waits to be
 * closed. 0, or -ENOMEM with a sentence. */
int successor_look(struct watch_set *set, struct err *err);
