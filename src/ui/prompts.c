/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked for by typing: a row a kind, with how it is checked while it is typed, what Enter does
 * with it, and how Esc takes it back. A filter is in force while it is typed, as long as it is valid. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "query/query.h"
#include "ui/state.h"

/* As -d has it. */
#define INTERVAL_MIN_S 0.1
#define INTERVAL_MAX_S 3600.0

struct asking {
	const char *label;
	bool is_selected; /* what is there to begin with is rather replaced than added to */
	/* Checks the text and may put it in force; fills screen->fault. -EAGAIN: it is no fault before Enter. */
	int (*check)(struct screen *screen, const char *text);
	/* Whether Enter is to be pressed twice, with the reason in screen->fault; NULL: never. */
	bool (*doubts)(struct screen *screen, const char *text);
	struct intent (*accept)(struct screen *screen, const char *text);
	void (*cancel)(struct screen *screen);
	/* Calls offer for every word that could stand at text[at]; NULL: none is known. */
	void (*complete)(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
			 void *ctx);
};

/* -- filter --------------------------------------------------------------------------------------------- */

static int check_filter(struct screen *screen, const char *text)
{
	struct tab *tab = front_tab(screen);
	int r = tab ? view_filter(&tab->view, tab->table, text, &screen->fault) : 0;

	if (tab && r == 0)
		tab_reorder(tab);
	return r;
}

static struct intent accept_filter(struct screen *screen, const char *text)
{
	(void)screen;
	(void)text;
	return nothing();
}

static void cancel_filter(struct screen *screen)
{
	check_filter(screen, buf_text(&screen->before));
}

/* -- search --------------------------------------------------------------------------------------------- */

static int check_search(struct screen *screen, const char *text)
{
	struct tab *tab = front_tab(screen);

	if (text_search(screen, text))
		return 0;
	return tab ? tab_search(tab, text, &screen->fault) : 0;
}

static struct intent accept_search(struct screen *screen, const char *text)
{
	if (*text && !screen_shows_text(screen))
		return search_on(screen, false);
	return nothing();
}

static void cancel_search(struct screen *screen)
{
	check_search(screen, buf_text(&screen->before));
}

/* -- groups ---------------------------------------------------------------------------------------------- */

static int check_group(struct screen *screen, const char *text)
{
	return group_typed(screen, text, false);
}

static struct intent accept_group(struct screen *screen, const char *text)
{
	screen->overlay = OVERLAY_NONE;
	if (group_typed(screen, text, true) < 0)
		screen_say(screen, true, "%s", screen->fault.text);
	return nothing();
}

/* -- file ----------------------------------------------------------------------------------------------- */

static struct intent accept_file(struct screen *screen, const char *text)
{
	buf_clear(&screen->answer);
	file_path(text, &screen->answer);
	return (struct intent){.kind = INTENT_WRITE, .text = buf_text(&screen->answer)};
}

static struct intent accept_record(struct screen *screen, const char *text)
{
	struct intent intent = accept_file(screen, text);

	intent.kind = INTENT_RECORD;
	return intent;
}

/* -- interval ------------------------------------------------------------------------------------------- */

int interval_parse(const char *text, uint64_t *ns, struct err *err)
{
	struct num num;
	double seconds;
	int n = num_parse(text, strlen(text), &num);

	if (n <= 0 || (size_t)n != strlen(text) || (num.kind != NUM_TIME && num.kind != NUM_PLAIN))
		return err_at(err, 1, "expected seconds, like 0.5, or a time, like 500ms");
	seconds = num.kind == NUM_TIME ? num.real / 1e9 : num.real;
	if (!(seconds >= INTERVAL_MIN_S && seconds <= INTERVAL_MAX_S))
		return err_at(err, 1, "the interval goes from 0.1 to 3600 seconds");
	*ns = (uint64_t)llround(seconds * 1e9);
	return 0;
}

static int check_interval(struct screen *screen, const char *text)
{
	uint64_t ns;

	return interval_parse(text, &ns, &screen->fault);
}

static struct intent accept_interval(struct screen *screen, const char *text)
{
	if (interval_parse(text, &screen->interval_ns, NULL) < 0)
		return nothing();
	return (struct intent){.kind = INTENT_INTERVAL, .number = screen->interval_ns};
}

static void complete_query(struct screen *screen, const char *text, size_t at,
			   prompt_offer_fn *offer_fn, void *ctx)
{
	if (front_tab(screen) && !screen_shows_text(screen))
		query_complete(text, at, front_tab(screen)->table, offer_fn, ctx);
}

static const struct asking askings[N_PROMPTS] = {
	[PROMPT_FILTER] = {.label = " / ",
			   .check = check_filter,
			   .accept = accept_filter,
			   .cancel = cancel_filter,
			   .complete = complete_query},
	[PROMPT_SEARCH] = {.label = " search: ",
			   .check = check_search,
			   .accept = accept_search,
			   .cancel = cancel_search,
			   .complete = complete_query},
	[PROMPT_GROUP] = {.label = " group by: ",
			  .check = check_group,
			  .accept = accept_group,
			  .complete = group_complete},
	[PROMPT_COMMAND] = {.label = " : ",
			    .check = command_check,
			    .doubts = command_doubts,
			    .accept = command_run,
			    .complete = command_complete},
	[PROMPT_WRITE] = {.label = " write to: ",
			  .check = file_check,
			  .doubts = file_doubts,
			  .accept = accept_file,
			  .complete = file_complete},
	[PROMPT_RECORD] = {.label = " record to: ",
			   .is_selected = true,
			   .check = file_check,
			   .accept = accept_record,
			   .complete = file_complete},
	[PROMPT_INTERVAL] = {.label = " every (seconds): ",
			     .is_selected = true,
			     .check = check_interval,
			     .accept = accept_interval},
};

const char *prompt_label(enum prompt_kind kind)
{
	return askings[kind].label ? askings[kind].label : "";
}

bool prompt_completes(enum prompt_kind kind)
{
	return askings[kind].complete != NULL;
}

void prompt_begin(struct screen *screen, enum prompt_kind kind, const char *text)
{
	memset(&screen->fault, 0, sizeof(screen->fault));
	buf_clear(&screen->before);
	buf_adds(&screen->before, text);
	if (prompt_open(&screen->prompt, text, &screen->histories[kind]) < 0)
		return;
	screen->prompting = kind;
	screen->was_doubted = false;
	if (askings[kind].is_selected)
		prompt_select(&screen->prompt);
}

/* -- completion ------------------------------------------------------------------------------------------ */

void offer_word(const struct offering *offering, const char *word)
{
	if (word && strncmp(word, offering->typed, offering->len) == 0)
		offering->offer(offering->ctx, word, offering->len);
}

struct completion {
	struct buf common; /* what all words that fit begin with */
	struct buf words;  /* NUL-terminated, one after the other */
	size_t replaces, n;
};

static void offer(void *ctx, const char *word, size_t replaces)
{
	struct completion *found = ctx;
	size_t same = 0;

	buf_add(&found->words, word, strlen(word) + 1);
	found->replaces = replaces;
	if (found->n++ == 0) {
		buf_adds(&found->common, word);
		return;
	}
	while (same < found->common.len && word[same] == found->common.at[same])
		same++;
	buf_cut(&found->common, same);
}

/* The words from there on that have room; returns how many. */
static size_t add_words(const struct completion *found, size_t first, size_t columns,
			struct buf *out)
{
	const char *word = buf_text(&found->words);
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++, word += strlen(word) + 1) {
		size_t gap = n ? 2 : 0, used = utf8_columns(buf_text(out), out->len);

		if (i < first)
			continue;
		if (n && used + gap + utf8_columns(word, strlen(word)) > columns)
			break;
		buf_addf(out, "%s%s", n ? "  " : "", word);
		n++;
	}
	return n;
}

/* Tab again goes on with those that had no room, and then begins anew. */
static void say_words(struct screen *screen, const struct completion *found)
{
	enum { NOTE_COLS = 12, MARGINS = 2 };
	size_t n_cols = (size_t)MAX_OF(screen->layout.footer.n_cols - MARGINS, NOTE_COLS + 1);
	size_t first = screen->n_offered < found->n ? screen->n_offered : 0, n;
	SCOPED(buf) all = {0}, some = {0};

	if (add_words(found, first, n_cols, &all) == found->n - first) {
		screen->n_offered = 0;
		screen_say(screen, false, "%s", buf_text(&all));
		return;
	}
	n = add_words(found, first, n_cols - NOTE_COLS, &some);
	screen->n_offered = first + n;
	screen_say(screen, false, "%s  %zu more: Tab", buf_text(&some), found->n - first - n);
}

static void complete(struct screen *screen)
{
	struct completion found = {0};

	if (!prompt_completes(screen->prompting))
		return;
	askings[screen->prompting].complete(screen, buf_text(&screen->prompt.text),
					    screen->prompt.at, offer, &found);
	if (found.n && found.common.len > found.replaces)
		screen->n_offered = 0;
	if (found.n && found.common.len >= found.replaces)
		prompt_insert(&screen->prompt, buf_text(&found.common), found.replaces);
	if (found.n > 1 && !found.words.failed)
		say_words(screen, &found);
	buf_release(&found.common);
	buf_release(&found.words);
}

/* Asked once; editing the text makes it another question. */
static bool is_doubtful(struct screen *screen, const char *text)
{
	const struct asking *asking = &askings[screen->prompting];

	if (screen->was_doubted || !asking->doubts)
		return false;
	screen->was_doubted = asking->doubts(screen, text);
	return screen->was_doubted;
}

struct intent prompt_take_key(struct screen *screen, uint32_t key)
{
	const struct asking *asking = &askings[screen->prompting];
	enum prompt_result result = prompt_key(&screen->prompt, key);
	const char *text;
	int r;

	if (result == PROMPT_COMPLETE) {
		complete(screen);
		result = PROMPT_EDITED;
	} else {
		screen->n_offered = 0;
	}
	text = buf_text(&screen->prompt.text);
	if (result == PROMPT_EDITED || result == PROMPT_ACCEPTED) {
		memset(&screen->fault, 0, sizeof(screen->fault));
		screen->was_doubted &= result == PROMPT_ACCEPTED;
		r = asking->check(screen, text);
		if (r == -EAGAIN && result == PROMPT_EDITED)
			memset(&screen->fault, 0, sizeof(screen->fault));
		if (r < 0 || result == PROMPT_EDITED || is_doubtful(screen, text))
			return nothing();
		prompt_remember(&screen->prompt);
		screen->prompting = PROMPT_NONE;
		return asking->accept(screen, text);
	}
	if (result == PROMPT_CANCELLED) {
		memset(&screen->fault, 0, sizeof(screen->fault));
		screen->prompting = PROMPT_NONE;
		if (asking->cancel)
			asking->cancel(screen);
	}
	return nothing();
}
