// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The rows of the commands. */
#include "app/commands.h"

#include <string.h>

#include "app/options.h"
#include "base/tidy.h"
#include "model/words.h"

static const struct command commands[] = {
	{"watch", "[MAP]...", "watch on the screen; without MAP: pick from every map of this host",
	 0, -1, run_watch},
	{"list", "", "every map: id, type, name, entries/max, memory, programs, pins, owners", 0, 0,
	 run_list},
	{"info", "MAP...", "identity, layout, and how it is read, or why it can't be", 1, -1,
	 run_info},
	{"dump", "MAP...", "one reading to stdout", 1, -1, run_dump},
	{"stream", "MAP...", "a reading each interval to stdout, with rates", 1, -1, run_stream},
	{"record", "FILE MAP...", "record readings for replay; '-' is stdout", 2, -1, run_record},
	{"replay", "FILE...", "a recording on the screen, or written with -o; '-' is stdin", 1, -1,
	 run_replay},
	{"export", "FILE MAP...", "keep a Prometheus textfile current; '-' is stdout", 2, -1,
	 run_export},
	{"demo", "", "real XDP counters, fed by synthetic packets, on the screen", 0, 0, run_demo},
};

const struct command *command_at(unsigned i)
{
	return i < ARRAY_LEN(commands) ? &commands[i] : NULL;
}

const struct command *command_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

const struct command *command_near(const char *word)
{
	enum { LEAST_LETTERS = 3, FAR = 3 }; /* of two letters, anything is near */
	const struct command *nearest = NULL;
	size_t len = strlen(word);
	unsigned least = FAR;

	for (size_t i = 0; i < ARRAY_LEN(commands) && len >= LEAST_LETTERS; i++) {
		const char *name = commands[i].name;
		unsigned distance = begins(name, word) || begins(word, name)
					    ? 1
					    : words_distance(word, len, name, strlen(name));

		if (distance >= least || distance * 2 > len)
			continue;
		least = distance;
		nearest = &commands[i];
	}
	return nearest;
}
