/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A theme is resolved once, when it is read: every role ends with a whole look, so that showing a cell
 * is one table access. Roles are filled parents first. A theme that inherits adds its words to those of
 * the other one, role by role, before that: a changed parent role reaches the roles below it. */
#include "ui/theme.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"

static const struct built_in {
	const char *name, *json;
} built_in[] = {
#include "theme_all.h"
};

enum { INHERITS_DEPTH = 4 };

/* The words of a theme and of those it inherits from, nearest first. */
struct words {
	cJSON *roots[INHERITS_DEPTH];
	unsigned n;
};

static void words_release(struct words *words)
{
	for (unsigned i = 0; i < words->n; i++)
		cJSON_Delete(words->roots[i]);
	words->n = 0;
}

const char *theme_name_at(unsigned i)
{
	return i < ARRAY_LEN(built_in) ? built_in[i].name : NULL;
}

static int distance(int r, int g, int b, uint8_t r2, uint8_t g2, uint8_t b2)
{
	return (r - r2) * (r - r2) * 3 + (g - g2) * (g - g2) * 6 + (b - b2) * (b - b2) * 1;
}

static void rgb_of_256(int i, int *r, int *g, int *b)
{
	static const uint8_t steps[] = {0, 95, 135, 175, 215, 255};

	if (i >= 232) {
		*r = *g = *b = 8 + (i - 232) * 10;
		return;
	}
	i -= 16;
	*r = steps[i / 36];
	*g = steps[i / 6 % 6];
	*b = steps[i % 6];
}

int theme_nearest256(uint8_t r, uint8_t g, uint8_t b)
{
	int best = 16, best_distance = INT32_MAX;

	for (int i = 16; i < 256; i++) {
		int r2, g2, b2, d;

		rgb_of_256(i, &r2, &g2, &b2);
		d = distance(r2, g2, b2, r, g, b);
		if (d < best_distance) {
			best = i;
			best_distance = d;
		}
	}
	return best;
}

int theme_nearest16(uint8_t r, uint8_t g, uint8_t b)
{
	static const uint8_t usual[16][3] = {
		{0, 0, 0},	 {205, 0, 0},	{0, 205, 0},   {205, 205, 0},
		{0, 0, 238},	 {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
		{127, 127, 127}, {255, 0, 0},	{0, 255, 0},   {255, 255, 0},
		{92, 92, 255},	 {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
	};
	int best = 0, best_distance = INT32_MAX;

	for (int i = 0; i < 16; i++) {
		int d = distance(usual[i][0], usual[i][1], usual[i][2], r, g, b);

		if (d < best_distance) {
			best = i;
			best_distance = d;
		}
	}
	return best;
}

/* "#rrggbb" or "none". */
static int colour_text(const char *text, const char *role, struct theme_colour *out,
		       struct err *err)
{
	unsigned r, g, b;
	int end = 0;

	if (strcmp(text, "none") == 0) {
		*out = (struct theme_colour){0};
		return 0;
	}
	if (sscanf(text, "#%2x%2x%2x%n", &r, &g, &b, &end) != 3 || end != 7 || text[7])
		return err_set(
			err, -EINVAL,
			"role '%s' of the theme has no colour '%s'; write '#rrggbb', 'none' or a "
			"name of its palette",
			role, text);
	*out = (struct theme_colour){
		.is_set = true, .r = (uint8_t)r, .g = (uint8_t)g, .b = (uint8_t)b};
	out->index256 = (int16_t)theme_nearest256(out->r, out->g, out->b);
	out->index16 = (int8_t)theme_nearest16(out->r, out->g, out->b);
	return 0;
}

static const cJSON *palette_entry(const struct words *words, const char *name)
{
	for (unsigned i = 0; i < words->n; i++) {
		const cJSON *palette = cJSON_GetObjectItemCaseSensitive(words->roots[i], "palette");
		const cJSON *entry = cJSON_GetObjectItemCaseSensitive(palette, name);

		if (entry)
			return entry;
	}
	return NULL;
}

/* A number of array item i, if there is one in 0..max; else what stands there already. */
static int index_or(const cJSON *array, int i, int max, int otherwise)
{
	const cJSON *item = cJSON_GetArrayItem(array, i);

	if (!cJSON_IsNumber(item) || item->valueint < 0 || item->valueint > max)
		return otherwise;
	return item->valueint;
}

static int colour_parse(const struct words *words, const cJSON *json, const char *role,
			struct theme_colour *out, struct err *err)
{
	const cJSON *entry = cJSON_IsString(json) ? palette_entry(words, json->valuestring) : NULL;
	const cJSON *first;
	int r;

	if (entry)
		json = entry;
	first = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, 0) : json;
	if (!cJSON_IsString(first))
		return err_set(err, -EINVAL, "a colour of role '%s' is not text; write '#rrggbb'",
			       role);
	r = colour_text(first->valuestring, role, out, err);
	if (r < 0 || !cJSON_IsArray(json))
		return r;
	out->index256 = (int16_t)index_or(json, 1, 255, out->index256);
	out->index16 = (int8_t)index_or(json, 2, 15, out->index16);
	return 0;
}

static int attrs_parse(const cJSON *json, const char *role, uint8_t *out, struct err *err)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} names[] = {{"bold", ATTR_BOLD},
		     {"dim", ATTR_DIM},
		     {"underline", ATTR_UNDERLINE},
		     {"reverse", ATTR_REVERSE}};
	const cJSON *item;

	*out = 0;
	cJSON_ArrayForEach(item, json)
	{
		uint8_t bit = 0;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (cJSON_IsString(item) && strcmp(item->valuestring, names[i].name) == 0)
				bit = names[i].bit;
		if (!bit)
			return err_set(
				err, -EINVAL,
				"role '%s' of the theme is '%s'; it can be bold, dim, underline, "
				"reverse",
				role, cJSON_IsString(item) ? item->valuestring : "?");
		*out |= bit;
	}
	return 0;
}

/* One role over the look it inherits: what the words name, and nothing else. */
static int look_parse(const struct words *words, const cJSON *json, const char *role,
		      struct theme_look *look, struct err *err)
{
	const cJSON *part;
	int r = 0;

	cJSON_ArrayForEach(part, json)
	{
		if (strcmp(part->string, "ink") == 0)
			r = colour_parse(words, part, role, &look->ink, err);
		else if (strcmp(part->string, "paper") == 0)
			r = colour_parse(words, part, role, &look->paper, err);
		else if (strcmp(part->string, "is") == 0)
			r = attrs_parse(part, role, &look->attrs, err);
		else if (strcmp(part->string, "mono") == 0)
			r = attrs_parse(part, role, &look->mono, err);
		else
			r = err_set(
				err, -EINVAL,
				"role '%s' of the theme has no '%s'; it has ink, paper, is, mono",
				role, part->string);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Resolves role and, before it, those it inherits from. */
static int resolve(const struct words *words, enum role role, bool *is_done, struct theme *theme,
		   struct err *err)
{
	enum role parent = roles[role].inherits;

	if (is_done[role])
		return 0;
	is_done[role] = true;
	if (parent != role) {
		int r = resolve(words, parent, is_done, theme, err);

		if (r < 0)
			return r;
		theme->looks[role] = theme->looks[parent];
	}
	for (unsigned i = words->n; i-- > 0;) {
		const cJSON *all = cJSON_GetObjectItemCaseSensitive(words->roots[i], "roles");
		const cJSON *json = cJSON_GetObjectItemCaseSensitive(all, roles[role].name);
		int r = json ? look_parse(words, json, roles[role].name, &theme->looks[role], err)
			     : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_names(const cJSON *root, struct err *err)
{
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(root, "roles"), *json;

	cJSON_ArrayForEach(json, all)
	{
		bool is_known = false;

		for (int i = 0; i < N_ROLES; i++)
			is_known |= strcmp(json->string, roles[i].name) == 0;
		if (!is_known)
			return err_set(err, -EINVAL, "the theme has no role '%s' to give a look to",
				       json->string);
		if (!cJSON_IsObject(json))
			return err_set(err, -EINVAL, "role '%s' of the theme must be an object",
				       json->string);
	}
	return 0;
}

/* Line and column of a place in text, for a fault in JSON. */
static int syntax_error(const char *text, const char *at, struct err *err)
{
	unsigned line = 1, column = 1;

	for (const char *c = text; at && c < at; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	return err_set(err, -EINVAL, "the theme is no JSON at line %u, column %u", line, column);
}

/* The text of a theme by name: a path, the user's folder, the system's, built in. */
static int find_text(const char *name, struct buf *out, struct err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	const struct {
		const char *folder, *below;
	} places[] = {
		{config && *config ? config : NULL, "/bpfmaptop/themes/"},
		{home && !(config && *config) ? home : NULL, "/.config/bpfmaptop/themes/"},
		{"/usr/local/share", "/bpfmaptop/themes/"},
		{"/usr/share", "/bpfmaptop/themes/"},
	};

	if (strchr(name, '/')) {
		int r = file_read(name, THEME_MAX_BYTES, out);

		return r < 0 ? err_set(err, r, "cannot read theme '%s': %s", name, err_words(r))
			     : 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		SCOPED(buf)
		path = {0};

		if (!places[i].folder)
			continue;
		buf_addf(&path, "%s%s%s.json", places[i].folder, places[i].below, name);
		buf_clear(out);
		if (!path.failed && file_read(path.at, THEME_MAX_BYTES, out) == 0)
			return 0;
	}
	buf_clear(out);
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		if (strcmp(built_in[i].name, name) == 0) {
			buf_adds(out, built_in[i].json);
			return out->failed ? -ENOMEM : 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		buf_addf(out, "%s%s", i ? ", " : "", built_in[i].name);
	return err_set(err, -ENOENT, "no theme is called '%s'; there are %s", name, buf_text(out));
}

/* Parses text and everything it inherits from into words. */
static int words_parse(struct words *words, const char *text, struct err *err)
{
	SCOPED(buf)
	parent = {0};
	const char *end = NULL;
	const cJSON *inherits;
	cJSON *root = cJSON_ParseWithOpts(text, &end, true);
	int r;

	if (!cJSON_IsObject(root)) {
		cJSON_Delete(root);
		return syntax_error(text, end, err);
	}
	words->roots[words->n++] = root;
	r = check_names(root, err);
	inherits = cJSON_GetObjectItemCaseSensitive(root, "inherits");
	if (r < 0 || !cJSON_IsString(inherits))
		return r;
	if (words->n == INHERITS_DEPTH)
		return err_set(err, -ELOOP, "theme '%s' inherits too deep, or from itself",
			       inherits->valuestring);
	r = find_text(inherits->valuestring, &parent, err);
	return r < 0 ? r : words_parse(words, buf_text(&parent), err);
}

static void take_text(const struct words *words, const char *name, char *out, size_t size)
{
	for (unsigned i = 0; i < words->n; i++) {
		const cJSON *json = cJSON_GetObjectItemCaseSensitive(words->roots[i], name);

		if (cJSON_IsString(json)) {
			snprintf(out, size, "%s", json->valuestring);
			return;
		}
	}
}

int theme_parse(struct theme *theme, const char *json, struct err *err)
{
	SCOPED(words)
	words = {0};
	struct theme made = {.glyphs = "blocks"};
	bool is_done[N_ROLES] = {0};
	int r = words_parse(&words, json, err);

	for (int i = 0; i < N_ROLES && r == 0; i++)
		r = resolve(&words, i, is_done, &made, err);
	if (r < 0)
		return r;
	take_text(&words, "name", made.name, sizeof(made.name));
	take_text(&words, "glyphs", made.glyphs, sizeof(made.glyphs));
	*theme = made;
	return 0;
}

void theme_default(struct theme *theme)
{
	memset(theme, 0, sizeof(*theme));
	theme_parse(theme, built_in[0].json, NULL);
}

int theme_load(struct theme *theme, const char *name, struct err *err)
{
	SCOPED(buf)
	text = {0};
	int r = find_text(name, &text, err);

	return r < 0 ? r : theme_parse(theme, buf_text(&text), err);
}
