/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line: `NAME` runs an action that has a key on the rows, `NAME TEXT` sets a setting of the
 * tab in front or does what a row of `sayings` says. What is wrong, and can't become right by what
 * follows, is said while it is typed where that can be known without doing it, else the line comes back with
 * the fault. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "query/query.h"
#include "ui/setting.h"
#include "ui/state.h"
#include "ui/theme.h"

/* A command that takes words and is no setting of a tab. */
struct saying {
	const char *name;
	struct intent (*say)(struct screen *screen, const char *text, struct err *err);
	/* For completion: words, or what offers what fits; NULL. */
	const char *(*word_at)(const struct screen *screen, unsigned i);
	void (*complete)(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
			 void *ctx);
	/* What can be told without doing it, in screen->fault; NULL: nothing. */
	int (*check)(struct screen *screen, const char *text);
	/* Whether it is to be asked for twice, likewise; NULL: never. */
	bool (*doubts)(struct screen *screen, const char *text);
};

static struct intent answer(struct screen *screen, enum intent_kind kind, const char *text)
{
	buf_clear(&screen->answer);
	buf_adds(&screen->answer, text);
	return (struct intent){.kind = kind, .text = buf_text(&screen->answer)};
}

static struct intent say_write(struct screen *screen, const char *text, struct err *err)
{
	SCOPED(buf) path = {0};

	(void)err;
	file_path(text, &path);
	return answer(screen, INTENT_WRITE, buf_text(&path));
}

static struct intent say_record(struct screen *screen, const char *text, struct err *err)
{
	SCOPED(buf) path = {0};

	(void)err;
	file_path(text, &path);
	return answer(screen, INTENT_RECORD, buf_text(&path));
}

static struct intent say_theme(struct screen *screen, const char *text, struct err *err)
{
	(void)err;
	return answer(screen, INTENT_THEME, text);
}

static const char *theme_word(const struct screen *screen, unsigned i)
{
	(void)screen;
	return theme_name_at(i);
}

/* A path is looked for when it is whole. */
static int check_theme(struct screen *screen, const char *text)
{
	const char *name;

	for (unsigned i = 0; (name = theme_name_at(i)); i++)
		if (strcmp(name, text) == 0)
			return 0;
	if (strchr(text, '/'))
		return 0;
	return err_at(&screen->fault, 1, "no theme is called so; Tab shows those there are");
}

static int check_search(struct screen *screen, const char *text)
{
	struct query *query = NULL;
	int r = front_tab(screen)
			? query_compile(text, front_tab(screen)->table, &query, &screen->fault)
			: 0;

	query_free(query);
	return r;
}

static struct intent say_search(struct screen *screen, const char *text, struct err *err)
{
	return tab_search(front_tab(screen), text, err) < 0 ? nothing() : search_on(screen, false);
}

static int check_interval(struct screen *screen, const char *text)
{
	uint64_t ns;

	return interval_parse(text, &ns, &screen->fault);
}

static struct intent say_interval(struct screen *screen, const char *text, struct err *err)
{
	struct intent intent = {.kind = INTENT_INTERVAL};

	if (interval_parse(text, &intent.number, err) < 0)
		return nothing();
	screen->interval_ns = intent.number;
	return intent;
}

/* A reading of a recording. */
static int read_at(const struct screen *screen, const char *text, uint64_t *out, struct err *err)
{
	if (!screen->is_replay)
		return err_at(err, 1, "only a recording in a file has readings to go to");
	if (num_u64(text, out) < 0 || *out == 0)
		return err_at(err, 1, "expected a number from 1: that of a reading");
	return 0;
}

static int check_at(struct screen *screen, const char *text)
{
	uint64_t place;

	return read_at(screen, text, &place, &screen->fault);
}

static struct intent say_at(struct screen *screen, const char *text, struct err *err)
{
	struct intent intent = {.kind = INTENT_REPLAY_SEEK};

	return read_at(screen, text, &intent.number, err) < 0 ? nothing() : intent;
}

/* Its place among the tabs; n_tabs: none is called so, nor has that number. */
static size_t map_meant(const struct screen *screen, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	size_t i = 0;

	while (i < screen->n_tabs && strcmp(screen->tabs[i]->table->map.name, text) != 0 &&
	       (end == text || *end || number != i + 1))
		i++;
	return i;
}

static int check_map(struct screen *screen, const char *text)
{
	if (map_meant(screen, text) < screen->n_tabs)
		return 0;
	return err_at(&screen->fault, 1, "no map that is watched is called so");
}

static struct intent say_map(struct screen *screen, const char *text, struct err *err)
{
	(void)err;
	return go_to_tab(screen, map_meant(screen, text));
}

static int check_panes(struct screen *screen, const char *text)
{
	return screen_check_panes(screen, text, &screen->fault);
}

static struct intent say_panes(struct screen *screen, const char *text, struct err *err)
{
	screen_set_panes(screen, text, err);
	return nothing();
}

static const char *map_word(const struct screen *screen, unsigned i)
{
	return i < screen->n_tabs ? screen->tabs[i]->table->map.name : NULL;
}

static const struct saying sayings[] = {
	{"write", say_write, NULL, file_complete, file_check, file_doubts},
	{"record", say_record, NULL, file_complete, file_check, NULL},
	{"theme", say_theme, theme_word, NULL, check_theme, NULL},
	{"search", say_search, NULL, NULL, check_search, NULL},
	{"interval", say_interval, NULL, NULL, check_interval, NULL},
	{"at", say_at, NULL, NULL, check_at, NULL},
	{"map", say_map, map_word, NULL, check_map, NULL},
	{"panes", say_panes, NULL, panes_complete, check_panes, NULL},
};

static const struct saying *saying_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (strcmp(sayings[i].name, name) == 0)
			return &sayings[i];
	return NULL;
}

/* The first word, and where the rest begins. */
static const char *split(const char *text, struct buf *word)
{
	size_t blanks = strspn(text, " "), len = strcspn(text + blanks, " ");

	buf_add(word, text + blanks, len);
	return text + blanks + len + strspn(text + blanks + len, " ");
}

/* The tab that a setting is given. */
static struct tab *tab_for(const struct screen *screen, const struct setting *setting)
{
	return setting->of == SETTING_OF_MAP ? map_tab(screen) : front_tab(screen);
}

/* What stands behind the name is not in force while it is typed, but can be read already. */
static int check_words(struct screen *screen, const char *name, const char *text, int column)
{
	const struct setting *setting = setting_named(name);
	const struct saying *saying = saying_named(name);
	struct tab *tab = setting ? tab_for(screen, setting) : NULL;
	int r = 0;

	if (tab)
		r = setting_check(setting, tab, text, &screen->fault);
	else if (!setting && saying->check)
		r = saying->check(screen, text);
	if (r < 0 && screen->fault.column)
		screen->fault.column += column;
	return r;
}

static int check_whole(struct screen *screen, const char *text)
{
	SCOPED(buf) word = {0};
	const char *rest = split(text, &word), *name = buf_text(&word);

	if (!*name)
		return 0;
	if (*rest && (setting_named(name) || saying_named(name)))
		return check_words(screen, name, rest, (int)(rest - text));
	if (*rest && keys_action_named(name) != ACT_NONE)
		return err_at(&screen->fault, (int)(rest - text) + 1, "'%s' takes no words", name);
	if (!*rest && (keys_action_named(name) != ACT_NONE || setting_named(name)))
		return 0;
	if (saying_named(name))
		return err_at(&screen->fault, (int)strlen(text) + 1, "'%s' what?", name);
	return err_at(&screen->fault, 1, "no such command; Tab shows those that begin so");
}

/* -- what may still become right --------------------------------------------------------------------------- */

/* The byte of the text that the fault is at. */
static size_t fault_at(const struct screen *screen, const char *text)
{
	size_t at = 0, before = (size_t)MAX_OF(screen->fault.column - 1, 0);

	while (text[at] && utf8_columns(text, at) < before)
		at++;
	return at;
}

/* Is what stands at that place still being typed: a text whose quote is open, a "(", a value or the sum before
 * a comparison's sign? What follows decides about it. */
static bool is_being_typed(const char *text, size_t at)
{
	size_t quoted_from = 0, depth = 0;
	char quote = '\0';

	for (size_t i = 0; text[i]; i++) {
		if (quote) {
			quote = text[i] == quote ? '\0' : quote;
		} else if (text[i] == '"' || text[i] == '\'') {
			quote = text[i];
			quoted_from = i;
		} else if (i >= at) {
			depth += text[i] == '(';
			depth -= text[i] == ')' && depth;
		}
	}
	if (quote)
		return at >= quoted_from;
	return (depth && text[at] == '(') || !strpbrk(text + at, "=<>!~,)\"'");
}

/* What can be said by words only; all else may be the beginning of a value, too. */
static bool is_of_words(const char *name)
{
	const struct setting *setting = setting_named(name);
	const struct saying *saying = saying_named(name);

	if (setting)
		return setting->words;
	return !saying || saying->word_at || saying->say == say_panes;
}

/* Is there a word that is longer than what was typed of it? */
static void grow(void *ctx, const char *word, size_t replaces)
{
	*(bool *)ctx |= strlen(word) > replaces;
}

static bool may_become_right(struct screen *screen, const char *text)
{
	size_t at = fault_at(screen, text);
	bool grows = false;
	SCOPED(buf) word = {0};

	if (!screen->fault.column || !text[at])
		return screen->fault.column;
	split(text, &word);
	if (!is_of_words(buf_text(&word)))
		return is_being_typed(text, at);
	if (!strchr(text + at, ' '))
		command_complete(screen, text, strlen(text), grow, &grows);
	return grows;
}

int command_check(struct screen *screen, const char *text)
{
	int r = check_whole(screen, text);

	return r < 0 && may_become_right(screen, text) ? -EAGAIN : r;
}

bool command_doubts(struct screen *screen, const char *text)
{
	SCOPED(buf) word = {0};
	const char *rest = split(text, &word);
	const struct saying *saying = saying_named(buf_text(&word));

	return *rest && saying && saying->doubts && saying->doubts(screen, rest);
}

static struct intent run_words(struct screen *screen, const char *name, const char *rest)
{
	const struct setting *setting = setting_named(name);
	const struct saying *saying = saying_named(name);
	struct tab *tab = setting ? tab_for(screen, setting) : front_tab(screen);

	if (!tab)
		err_at(&screen->fault, 1, "no map is open");
	else if (setting)
		setting->set(tab, rest, &screen->fault);
	else if (saying)
		return saying->say(screen, rest, &screen->fault);
	return nothing();
}

struct intent command_run(struct screen *screen, const char *text)
{
	SCOPED(buf) word = {0};
	SCOPED(buf) whole = {0};
	const char *rest = split(text, &word), *name = buf_text(&word);
	enum action action = keys_action_named(name);
	struct intent intent;
	struct err fault;

	if (!*name)
		return nothing();
	if (!*rest && action != ACT_NONE)
		return act_rows[action].run(screen, 0);
	buf_adds(&whole, text);
	intent = run_words(screen, name, rest);
	if (!screen->fault.text[0])
		return intent;
	fault = screen->fault;
	fault.column += fault.column ? (int)(rest - text) : 0;
	prompt_begin(screen, PROMPT_COMMAND, buf_text(&whole));
	screen->fault = fault;
	return nothing();
}

/* -- completion ------------------------------------------------------------------------------------------ */

static void offer_names(const struct offering *offering)
{
	const struct setting *setting;

	for (int action = 1; action < N_ACTIONS; action++)
		if (keys_action_named(act_rows[action].name) == (enum action)action)
			offer_word(offering, act_rows[action].name);
	for (unsigned i = 0; (setting = setting_at(i)); i++)
		if (keys_action_named(setting->name) == ACT_NONE)
			offer_word(offering, setting->name);
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (keys_action_named(sayings[i].name) == ACT_NONE)
			offer_word(offering, sayings[i].name);
}

void command_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		      void *ctx)
{
	SCOPED(buf) word = {0};
	const char *rest = split(text, &word), *word_at;
	const struct setting *setting = setting_named(buf_text(&word));
	const struct saying *saying = saying_named(buf_text(&word));
	size_t from = (size_t)(rest - text);
	struct offering offering = {rest, at - MIN_OF(from, at), offer, ctx};

	if (at <= strspn(text, " ") + word.len) {
		size_t blanks = strspn(text, " ");

		offering = (struct offering){text + blanks, at - MIN_OF(blanks, at), offer, ctx};
		offer_names(&offering);
	} else if (setting && setting->words) {
		for (unsigned i = 0; setting->words[i]; i++)
			offer_word(&offering, setting->words[i]);
	} else if (saying && saying->complete) {
		saying->complete(screen, rest, at - MIN_OF(from, at), offer, ctx);
	} else if (saying && saying->word_at) {
		for (unsigned i = 0; (word_at = saying->word_at(screen, i)); i++)
			offer_word(&offering, word_at);
	} else if (setting && strcmp(setting->name, "group") == 0) {
		group_complete(screen, rest, at - MIN_OF(from, at), offer, ctx);
	} else if (front_tab(screen) && (setting || (saying && saying->say == say_search))) {
		query_complete(rest, at - MIN_OF(from, at), front_tab(screen)->table, offer, ctx);
	}
}
