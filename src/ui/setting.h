/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a map is looked at, as named texts: what the command line takes, what is saved and restored. A row
 * a setting. */
#pragma once

#include "base/buf.h"

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
/* All settings of a map's own tab as texts, and those of its groups: for another tab, or for the same one when its
 * fields are others. */
enum { SETTINGS_MOST = 32 };
struct settings {
	struct buf of_rows[SETTINGS_MOST], of_groups[SETTINGS_MOST]; /* by place; empty: as usual */
};
void settings_release(struct settings *kept);
/* Fills out, which is zeroed. 0 or -ENOMEM. */
int settings_keep(const struct tab *tab, struct settings *out);
/* Sets them on a map's own tab that is as usual. What does not fit its fields stays as usual. */
void settings_restore(struct tab *tab, const struct settings *kept);
/* Takes one setting out of them. */
void settings_drop(struct settings *kept, const struct setting *setting);
