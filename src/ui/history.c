/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was typed into prompts, as text to be kept from run to run: a line each, oldest first, the name of
 * the prompt, a blank, what was typed. Only what a prompt could have taken is read back. Several runs may
 * end one after the other: each adds its own lines to those that it finds. */
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/state.h"

static const char *const names[] = {
	[PROMPT_NONE] = "",	    [PROMPT_FILTER] = "filter",	    [PROMPT_SEARCH] = "search",
	[PROMPT_GROUP] = "group",   [PROMPT_COMMAND] = "command",   [PROMPT_WRITE] = "write",
	[PROMPT_RECORD] = "record", [PROMPT_INTERVAL] = "interval",
};
_Static_assert(ARRAY_LEN(names) == N_PROMPTS, "a prompt without a name");

static bool is_typed(const char *text, size_t len)
{
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		uint32_t point;

		n = utf8_next(text + at, len - at, &point);
		if (!n || !utf8_is_tame(point))
			return false;
	}
	return len > 0 && len <= PROMPT_MAX_BYTES;
}

static void read_line(struct prompt_history *histories, const char *line, size_t len)
{
	for (int kind = PROMPT_NONE + 1; kind < N_PROMPTS; kind++) {
		size_t name = strlen(names[kind]);

		if (name < len && line[name] == ' ' && strncmp(line, names[kind], name) == 0 &&
		    is_typed(line + name + 1, len - name - 1))
			prompt_history_add(&histories[kind], line + name + 1, len - name - 1);
	}
}

static void read_lines(struct prompt_history *histories, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		read_line(histories, text, len);
		text += len + (text[len] == '\n');
	}
}

void screen_recall(struct screen *screen, const char *text)
{
	read_lines(screen->histories, text);
	for (int kind = 0; kind < N_PROMPTS; kind++)
		screen->histories[kind].n_fresh = 0;
}

void screen_remembers(const struct screen *screen, const char *text, struct buf *out)
{
	struct prompt_history all[N_PROMPTS] = {0};

	read_lines(all, text);
	for (int kind = 0; kind < N_PROMPTS; kind++) {
		const struct prompt_history *own = &screen->histories[kind];

		for (unsigned i = own->n - MIN_OF(own->n_fresh, own->n); i < own->n; i++)
			prompt_history_add(&all[kind], own->lines[i], strlen(own->lines[i]));
		for (unsigned i = 0; i < all[kind].n; i++)
			buf_addf(out, "%s %s\n", names[kind], all[kind].lines[i]);
		prompt_history_release(&all[kind]);
	}
}

bool screen_has_typed(const struct screen *screen)
{
	for (int kind = 0; kind < N_PROMPTS; kind++)
		if (screen->histories[kind].n_fresh)
			return true;
	return false;
}
