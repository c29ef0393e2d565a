/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cursor always stands between two characters: every move goes over whole code points. Control
 * characters never enter the text. */
#include "ui/prompt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/term.h"

void prompt_release(struct prompt *prompt)
{
	buf_release(&prompt->text);
	buf_release(&prompt->typed);
}

void prompt_history_release(struct prompt_history *history)
{
	for (unsigned i = 0; i < history->n; i++)
		free(history->lines[i]);
	history->n = 0;
}

static void set_text(struct prompt *prompt, const char *text)
{
	buf_clear(&prompt->text);
	buf_adds(&prompt->text, text);
	prompt->at = prompt->text.len;
}

int prompt_open(struct prompt *prompt, const char *text, struct prompt_history *history)
{
	prompt->history = history;
	prompt->recalled = 0;
	prompt->is_selected = false;
	buf_clear(&prompt->typed);
	set_text(prompt, text);
	return prompt->text.failed ? -ENOMEM : 0;
}

/* Bytes of the character that begins at `at`, or ends there. */
static size_t step_right(const struct prompt *prompt)
{
	uint32_t point;

	if (prompt->at >= prompt->text.len)
		return 0;
	return utf8_next(prompt->text.at + prompt->at, prompt->text.len - prompt->at, &point);
}

static size_t step_left(const struct prompt *prompt)
{
	size_t n = 0;

	while (prompt->at > n) {
		n++;
		if (((uint8_t)prompt->text.at[prompt->at - n] & 0xc0) != 0x80)
			break;
	}
	return n;
}

/* Takes out n bytes from `from` on; the cursor goes there. */
static enum prompt_result cut(struct prompt *prompt, size_t from, size_t n)
{
	if (n == 0)
		return PROMPT_SAME;
	memmove(prompt->text.at + from, prompt->text.at + from + n, prompt->text.len - from - n);
	buf_cut(&prompt->text, prompt->text.len - n);
	prompt->at = from;
	return PROMPT_EDITED;
}

static enum prompt_result insert(struct prompt *prompt, const char *text, size_t n)
{
	size_t behind = prompt->text.len - prompt->at;

	if (prompt->text.len + n > PROMPT_MAX_BYTES)
		return PROMPT_SAME;
	buf_add(&prompt->text, text, n);
	if (prompt->text.failed)
		return PROMPT_SAME;
	memmove(prompt->text.at + prompt->at + n, prompt->text.at + prompt->at, behind);
	memcpy(prompt->text.at + prompt->at, text, n);
	prompt->at += n;
	return PROMPT_EDITED;
}

void prompt_insert(struct prompt *prompt, const char *text, size_t replaces)
{
	replaces = MIN_OF(replaces, prompt->at);
	cut(prompt, prompt->at - replaces, replaces);
	insert(prompt, text, strlen(text));
}

static enum prompt_result cut_word(struct prompt *prompt)
{
	size_t from = prompt->at;

	while (from > 0 && prompt->text.at[from - 1] == ' ')
		from--;
	while (from > 0 && prompt->text.at[from - 1] != ' ')
		from--;
	return cut(prompt, from, prompt->at - from);
}

static enum prompt_result recall(struct prompt *prompt, int by)
{
	unsigned n = prompt->history ? prompt->history->n : 0;

	if ((by > 0 && prompt->recalled >= n) || (by < 0 && prompt->recalled == 0))
		return PROMPT_SAME;
	if (prompt->recalled == 0) {
		buf_clear(&prompt->typed);
		buf_adds(&prompt->typed, buf_text(&prompt->text));
	}
	prompt->recalled += (unsigned)by;
	set_text(prompt, prompt->recalled ? prompt->history->lines[n - prompt->recalled]
					  : buf_text(&prompt->typed));
	return PROMPT_EDITED;
}

static enum prompt_result type(struct prompt *prompt, uint32_t key)
{
	struct buf text = {0};
	enum prompt_result result = PROMPT_SAME;

	if (key < KEY_BASE_ && utf8_is_tame(key)) {
		utf8_put(&text, key);
		result = insert(prompt, buf_text(&text), text.len);
	}
	buf_release(&text);
	return result;
}

void prompt_select(struct prompt *prompt)
{
	prompt->is_selected = prompt->text.len > 0;
}

/* What was selected goes when something is typed or erased, and stays when the cursor moves. */
static bool takes_selected(uint32_t key)
{
	return key == TERM_BACKSPACE || key == TERM_DELETE || key == TERM_CTRL + 'w' ||
	       (key < KEY_BASE_ && utf8_is_tame(key));
}

static enum prompt_result move_to(struct prompt *prompt, size_t at)
{
	prompt->at = at;
	return PROMPT_SAME;
}

static enum prompt_result edit(struct prompt *prompt, uint32_t key)
{
	switch (key) {
	case TERM_ENTER:
		return PROMPT_ACCEPTED;
	case TERM_ESCAPE:
	case TERM_CTRL + 'c':
	case TERM_CTRL + 'g':
		return PROMPT_CANCELLED;
	case TERM_TAB:
		return PROMPT_COMPLETE;
	case TERM_LEFT:
	case TERM_CTRL + 'b':
		return move_to(prompt, prompt->at - step_left(prompt));
	case TERM_RIGHT:
	case TERM_CTRL + 'f':
		return move_to(prompt, prompt->at + step_right(prompt));
	case TERM_HOME:
	case TERM_CTRL + 'a':
		return move_to(prompt, 0);
	case TERM_END:
	case TERM_CTRL + 'e':
		return move_to(prompt, prompt->text.len);
	case TERM_UP:
	case TERM_CTRL + 'p':
		return recall(prompt, 1);
	case TERM_DOWN:
	case TERM_CTRL + 'n':
		return recall(prompt, -1);
	case TERM_BACKSPACE:
		if (prompt->text.len == 0)
			return PROMPT_CANCELLED;
		return cut(prompt, prompt->at - step_left(prompt), step_left(prompt));
	case TERM_DELETE:
		return cut(prompt, prompt->at, step_right(prompt));
	case TERM_CTRL + 'u':
		return cut(prompt, 0, prompt->at);
	case TERM_CTRL + 'k':
		return cut(prompt, prompt->at, prompt->text.len - prompt->at);
	case TERM_CTRL + 'w':
		return cut_word(prompt);
	default:
		return type(prompt, key);
	}
}

enum prompt_result prompt_key(struct prompt *prompt, uint32_t key)
{
	bool was_selected = prompt->is_selected && takes_selected(key);

	prompt->is_selected = false;
	if (was_selected) {
		cut(prompt, 0, prompt->text.len);
		if (key >= KEY_BASE_ || !utf8_is_tame(key))
			return PROMPT_EDITED;
	}
	return edit(prompt, key);
}

void prompt_history_add(struct prompt_history *history, const char *text, size_t len)
{
	const char *last = history->n ? history->lines[history->n - 1] : "";
	char *copy;

	if (strlen(last) == len && strncmp(last, text, len) == 0)
		return;
	copy = strndup(text, len);
	if (!copy)
		return;
	if (history->n == PROMPT_HISTORY) {
		free(history->lines[0]);
		history->n--;
		memmove(history->lines, history->lines + 1, history->n * sizeof(char *));
	}
	history->lines[history->n++] = copy;
	history->n_fresh = MIN_OF(history->n_fresh + 1, history->n);
}

void prompt_remember(struct prompt *prompt)
{
	const char *text = buf_text(&prompt->text);

	if (prompt->history && text[strspn(text, " ")])
		prompt_history_add(prompt->history, text, prompt->text.len);
}

int prompt_draw(const struct prompt *prompt, const char *label, bool is_bad, size_t mark,
		struct grid *grid, struct area area)
{
	const char *text = buf_text(&prompt->text);
	struct area line = {area.row, area.col, MIN_OF(area.n_rows, 1), area.n_cols};
	int before, width, scroll, col;

	grid_fill(grid, line, ROLE_PROMPT, " ");
	col = grid_put(grid, line, 0, 0, ROLE_PROMPT, label);
	line.col += col;
	line.n_cols = MAX_OF(line.n_cols - col, 1);
	width = line.n_cols;
	before = (int)utf8_columns(text, prompt->at);
	scroll = before >= width ? before - width + 1 : 0;
	grid_put(grid, line, 0, -scroll,
		 is_bad		       ? ROLE_PROMPT_BAD
		 : prompt->is_selected ? ROLE_CURSOR
				       : ROLE_TEXT,
		 text);
	grid->cursor_row = line.row;
	grid->cursor_col = line.col + before - scroll;
	return line.col + (int)utf8_columns(text, MIN_OF(mark, prompt->text.len)) - scroll;
}
