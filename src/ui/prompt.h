/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One line of text being typed: UTF-8, the usual editing keys, a history. Knows nothing of what the
 * text means; who opened it validates after each PROMPT_EDITED. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/grid.h"

enum { PROMPT_HISTORY = 64, PROMPT_MAX_BYTES = 4096 };

struct prompt_history {
	char *lines[PROMPT_HISTORY]; /* owned; oldest first */
	unsigned n, n_fresh;	     /* the last of them were typed in this run */
};

struct prompt {
	struct buf text;
	size_t at;	   /* byte the cursor stands before */
	bool is_selected;  /* all of it: what is typed takes its place */
	unsigned recalled; /* lines back in the history, 0: the text being typed */
	struct buf typed;  /* what was typed before going back */
	struct prompt_history *history;
};

enum prompt_result {
	PROMPT_SAME,
	PROMPT_EDITED,
	PROMPT_ACCEPTED,
	PROMPT_CANCELLED,
	PROMPT_COMPLETE
};

void prompt_release(struct prompt *prompt);
/* Forgets the oldest where there is no more room; what is the last line already is not added again. */
void prompt_history_add(struct prompt_history *history, const char *text, size_t len);
void prompt_history_release(struct prompt_history *history);

/* Starts with this text, the cursor at its end. The history is borrowed. 0 or -ENOMEM. */
int prompt_open(struct prompt *prompt, const char *text, struct prompt_history *history);
/* Selects the whole text until the next key. */
void prompt_select(struct prompt *prompt);
enum prompt_result prompt_key(struct prompt *prompt, uint32_t key);
/* Adds the text to the history unless it is blank or the last line already. */
void prompt_remember(struct prompt *prompt);
/* Replaces the `replaces` bytes before the cursor. */
void prompt_insert(struct prompt *prompt, const char *text, size_t replaces);

/* Draws label and text on the first line of the area, scrolled so that the cursor is seen, and puts
 * the grid's cursor there. returns the column of the text's byte `mark` (for a caret). */
int prompt_draw(const struct prompt *prompt, const char *label, bool is_bad, size_t mark,
		struct grid *grid, struct area area);
