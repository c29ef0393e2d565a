/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How roles look. JSON files in themes/, read through cJSON; all of them are also compiled in.
 *
 *   { "name": "dusk", "about": "one line for the picker", "inherits": "default", "glyphs": "blocks",
 *     "made_for": ["#101418"],                         terminals' own backgrounds that it reads on
 *     "palette": { "accent": ["#4fb3bf", 73, 6],       truecolour, 256, 16; the last two may be left out
 *                  "warn": 11 },                       the terminal's own colour of that number
 *     "roles": { "title": {"ink": "accent", "is": ["bold"], "mono": ["bold"]},
 *                "cursor": {"ink": "none", "paper": "#203040", "mono": ["reverse"]} } }
 *
 * What a role leaves out it takes from the role it inherits from (ui/roles.h). "none" is the terminal's
 * own colour. "is" holds where there are colours, "mono" where there are none; "colours": false in the
 * theme takes them away everywhere. Most themes are "default" with a palette of their own. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/colour.h"
#include "ui/roles.h"
#include "ui/theme_list.h"

struct err;

enum {
	THEME_MAX_BYTES = 1 << 20,
	THEME_NAME_BYTES = 64,
	THEME_ABOUT_BYTES = 128,
	THEME_GROUNDS = 4
};

struct theme_colour {
	bool is_set;	/* false: the terminal's own */
	bool is_index;	/* index256 in truecolour too: what the terminal's owner made of that one */
	struct rgb rgb; /* of an index: what xterm makes of it */
	int16_t index256; /* never -1 when is_set: the nearest, unless the theme says one */
	int8_t index16;	  /* likewise */
};

enum theme_attr {
	ATTR_BOLD = 1 << 0,
	ATTR_DIM = 1 << 1,
	ATTR_UNDERLINE = 1 << 2,
	ATTR_REVERSE = 1 << 3,
};

struct theme_look {
	struct theme_colour ink, paper;
	uint8_t attrs; /* enum theme_attr bits, with colours */
	uint8_t mono;  /* and without */
};

struct theme {
	char name[THEME_NAME_BYTES];
	char source[PATH_MAX];	       /* what loads it again: its name, or an absolute path */
	char about[THEME_ABOUT_BYTES]; /* "" when it doesn't say */
	struct rgb made_for[THEME_GROUNDS];
	unsigned n_made_for; /* 0: it doesn't matter */
	struct theme_look looks[N_ROLES];
	char glyphs[16]; /* "blocks", "ascii", "braille": what it would like */
};

/* Reads JSON text; missing roles inherit, unknown ones are an error with their name and place. */
int theme_parse(struct theme *theme, const char *json, struct err *err);
/* The compiled-in one. */
void theme_default(struct theme *theme);
/* By name ("mono": user's, then system's folder, then built in) or by path (has a '/'). */
int theme_load(struct theme *theme, const char *name, struct err *err);

/* The number of a colour where there are n_colours: 8, 16, 256 or more. -1 where it is better left alone:
 * the grey of 16 would be the black of 8, which is no ink. */
int theme_colour_index(const struct theme_colour *colour, int n_colours, bool is_paper);
