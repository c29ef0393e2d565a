/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How roles look. JSON files in themes/, read through cJSON; default.json is also compiled in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/roles.h"

struct err;

struct theme_colour {
	bool is_set; /* false: the terminal's own */
	uint8_t r, g, b;
	int16_t index256; /* -1: nearest is computed */
	int8_t index16;	  /* -1: nearest is computed */
};

struct theme_look {
	struct theme_colour ink, paper;
	bool is_bold, is_dim, is_underlined, is_reverse;
};

struct theme {
	char name[64];
	struct theme_look looks[N_ROLES];
	char glyphs[16]; /* "blocks", "ascii", "braille": what it would like */
};

/* Reads JSON text; missing roles inherit, unknown ones are an error with their name. */
int theme_parse(struct theme *theme, const char *json, struct err *err);
/* The compiled-in one. */
void theme_default(struct theme *theme);
/* Names of the themes that can be had without a path, in the order that a key steps through: the built-in
 * one first. NULL past the end; valid until the next call. */
const char *theme_name_at(unsigned i);
/* By name ("mono": user's, then system's folder, then built in) or by path (has a '/'). */
int theme_load(struct theme *theme, const char *name, struct err *err);
