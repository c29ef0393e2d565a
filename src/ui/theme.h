/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How roles look. JSON files in themes/, read through cJSON; all of them are also compiled in.
 *
 *   { "name": "dusk", "inherits": "default", "glyphs": "blocks",
 *     "palette": { "sea": ["#4fb3bf", 73, 6] },        truecolour, 256, 16; the last two may be left out
 *     "roles": { "title": {"ink": "sea", "is": ["bold"], "mono": ["bold"]},
 *                "cursor": {"ink": "none", "paper": "#203040", "mono": ["reverse"]} } }
 *
 * What a role leaves out it takes from the role it inherits from (ui/roles.h). "none" is the terminal's
 * own colour. "is" holds where there are colours, "mono" where there are none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/roles.h"

struct err;

enum { THEME_MAX_BYTES = 1 << 20, THEME_NAME_BYTES = 64 };

struct theme_colour {
	bool is_set; /* false: the terminal's own */
	uint8_t r, g, b;
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
	struct theme_look looks[N_ROLES];
	char glyphs[16]; /* "blocks", "ascii", "braille": what it would like */
};

/* Reads JSON text; missing roles inherit, unknown ones are an error with their name and place. */
int theme_parse(struct theme *theme, const char *json, struct err *err);
/* The compiled-in one. */
void theme_default(struct theme *theme);
/* Names of the themes that can be had without a path, in the order that a key steps through: the built-in
 * one first. NULL past the end; valid until the next call. */
const char *theme_name_at(unsigned i);
/* By name ("mono": user's, then system's folder, then built in) or by path (has a '/'). */
int theme_load(struct theme *theme, const char *name, struct err *err);
/* Names of the compiled-in ones, default first; NULL past the end. Static storage. */
const char *theme_name_at(unsigned i);

/* Nearest entry of the 256-colour cube and greys, and of the 16 usual colours. */
int theme_nearest256(uint8_t r, uint8_t g, uint8_t b);
int theme_nearest16(uint8_t r, uint8_t g, uint8_t b);
