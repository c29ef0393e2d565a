/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a map is looked at, as named texts: what the command line takes, what is saved and restored. A row
 * a setting. */
#pragma once

struct buf;
struct err;
struct tab;

/* Which tab a setting is of, while the groups of a map are seen in place of its rows. */
enum setting_of {
	SETTING_OF_SEEN, /* the one that is seen */
	SETTING_OF_ROWS, /* that of the rows, unless it is typed: then the one that is seen */
	SETTING_OF_MAP,	 /* that of the rows */
};

struct setting {
	const char *name;
	const char *help; /* what may stand behind the name */
	/* Adds the text that set takes; nothing for the usual. */
	void (*get)(const struct tab *tab, struct buf *out);
	/* "" is the usual. 0, or -errno with a sentence; then all is as it was. */
	int (*set)(struct tab *tab, const char *text, struct err *err);
	enum setting_of of;
	const char *const *words; /* all that set takes, NULL-terminated; NULL: see help */
	/* What set would refuse, without doing it; NULL: the words say so, or only set can tell. */
	int (*check)(const struct tab *tab, const char *text, struct err *err);
};

/* What is known to be wrong with the text before it is set. 0 or -errno with a sentence. */
int setting_check(const struct setting *setting, const struct tab *tab, const char *text,
		  struct err *err);

/* The name of the setting that gives a map other fields, and so other columns. */
#define SETTING_WORDS "words"

/* Rows in order, NULL past the end. */
const struct setting *setting_at(unsigned i);
const struct setting *setting_named(const char *name);
/* The tab to give it, of a map's own one. */
struct tab *setting_tab(const struct setting *setting, struct tab *tab);
/* Gives one map's own tab, which is new, all settings of another's, those of its groups included. What does not
 * fit the new map's layout stays as usual. */
void settings_copy(const struct tab *from, struct tab *to);
