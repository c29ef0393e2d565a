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
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "ui/theme_check.h"
#include "ui/theme_list.h"

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

/* The colour that the terminal calls by that number. */
static int index_parse(const cJSON *json, const char *role, struct theme_colour *out,
		       struct err *err)
{
	int i = json->valueint;

	if (i < 0 || i > 255 || json->valuedouble != i)
		return err_set(err, -EINVAL,
			       "role '%s' of the theme has no colour %g; there are 0 to 255", role,
			       json->valuedouble);
	*out = (struct theme_colour){.is_set = true, .is_index = true, .rgb = colour_of_256(i)};
	out->index256 = (int16_t)i;
	out->index16 = (int8_t)(i < 16 ? i : colour_nearest16(out->rgb));
	return 0;
}

/* A number of array item i, if there is one in 0..max; else -1. */
static int index_at(const cJSON *array, int i, int max)
{
	const cJSON *item = cJSON_IsArray(array) ? cJSON_GetArrayItem(array, i) : NULL;

	return cJSON_IsNumber(item) && item->valueint >= 0 && item->valueint <= max ? item->valueint
										    : -1;
}

static int colour_parse(const struct words *words, const cJSON *json, const char *role,
			struct theme_colour *out, struct err *err)
{
	const cJSON *entry = cJSON_IsString(json) ? palette_entry(words, json->valuestring) : NULL;
	const cJSON *first;
	struct rgb rgb;
	int index256, index16;

	if (entry)
		json = entry;
	if (cJSON_IsNumber(json))
		return index_parse(json, role, out, err);
	first = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, 0) : json;
	if (!cJSON_IsString(first))
		return err_set(err, -EINVAL, "a colour of role '%s' is not text; write '#rrggbb'",
			       role);
	*out = (struct theme_colour){0};
	if (strcmp(first->valuestring, "none") == 0)
		return 0;
	if (!colour_of_text(first->valuestring, &rgb))
		return err_set(
			err, -EINVAL,
			"role '%s' of the theme has no colour '%s'; write '#rrggbb', 'none' or a "
			"name of its palette",
			role, first->valuestring);
	index256 = index_at(json, 1, 255);
	index16 = index_at(json, 2, 15);
	out->is_set = true;
	out->rgb = rgb;
	out->index256 = (int16_t)(index256 < 0 ? colour_nearest256(rgb) : index256);
	out->index16 = (int8_t)(index16 < 0 ? colour_nearest16(rgb) : index16);
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

static int read_file(const char *path, struct buf *out, struct err *err)
{
	int r = file_read(path, THEME_MAX_BYTES, out);

	return r < 0 ? err_set(err, r, "cannot read theme '%s': %s", path, err_words(r)) : 0;
}

/* The text of a theme by name: a path, the user's folder, the system's, built in. path: where it was
 * found, "": it is compiled in. */
static int find_text(const char *name, struct buf *out, struct buf *path, struct err *err)
{
	const char *json = theme_built_in(name), *other;
	int r;

	if (strchr(name, '/')) {
		buf_adds(path, name);
		return read_file(name, out, err);
	}
	for (unsigned i = 0; (r = theme_file_at(i, name, path)) >= 0; i++) {
		if (r > 0 && access(buf_text(path), F_OK) == 0)
			return read_file(buf_text(path), out, err);
		buf_clear(path);
	}
	if (json) {
		buf_adds(out, json);
		return out->failed ? -ENOMEM : 0;
	}
	for (unsigned i = 0; (other = theme_name_at(i)); i++)
		buf_addf(out, "%s%s", i ? ", " : "", other);
	return err_set(err, -ENOENT, "no theme is called '%s'; there are %s", name, buf_text(out));
}

/* In which file the fault is that err tells; what is wrong comes first, since a path may be long. */
static int told_of(const struct buf *path, int code, struct err *err)
{
	struct err why;

	if (!err || !path->len || strstr(err->text, ", in '/") || strstr(err->text, buf_text(path)))
		return code;
	why = *err;
	return err_set(err, code, "%s, in '%s'", why.text, buf_text(path));
}

/* Parses text and everything it inherits from into words. */
static int words_parse(struct words *words, const char *text, struct err *err)
{
	SCOPED(buf) parent = {0}, path = {0};
	const char *end = NULL;
	const cJSON *inherits;
	cJSON *root = cJSON_ParseWithOpts(text, &end, true);
	int r;

	if (!cJSON_IsObject(root)) {
		cJSON_Delete(root);
		return theme_syntax_error(text, end, err);
	}
	words->roots[words->n++] = root;
	r = theme_check(root, text, err);
	inherits = cJSON_GetObjectItemCaseSensitive(root, "inherits");
	if (r < 0 || !cJSON_IsString(inherits))
		return r;
	if (words->n == INHERITS_DEPTH)
		return err_set(err, -ELOOP, "theme '%s' inherits too deep, or from itself",
			       inherits->valuestring);
	r = find_text(inherits->valuestring, &parent, &path, err);
	if (r == 0)
		r = words_parse(words, buf_text(&parent), err);
	return r < 0 ? told_of(&path, r, err) : 0;
}

/* The nearest that says something of that name. */
static const cJSON *part_of(const struct words *words, const char *name)
{
	const cJSON *json = NULL;

	for (unsigned i = 0; i < words->n && !json; i++)
		json = cJSON_GetObjectItemCaseSensitive(words->roots[i], name);
	return json;
}

static void take_text(const cJSON *json, char *out, size_t size)
{
	if (cJSON_IsString(json))
		snprintf(out, size, "%s", json->valuestring);
}

/* What isn't of the roles. A name and what it is about are the theme's own, the rest is inherited. */
static void take_rest(const struct words *words, struct theme *theme)
{
	const cJSON *own = words->roots[0], *ground;

	take_text(cJSON_GetObjectItemCaseSensitive(own, "name"), theme->name, sizeof(theme->name));
	take_text(cJSON_GetObjectItemCaseSensitive(own, "about"), theme->about,
		  sizeof(theme->about));
	take_text(part_of(words, "glyphs"), theme->glyphs, sizeof(theme->glyphs));
	cJSON_ArrayForEach(ground, part_of(words, "made_for"))
		colour_of_text(ground->valuestring, &theme->made_for[theme->n_made_for++]);
	if (cJSON_IsFalse(part_of(words, "colours")))
		for (int i = 0; i < N_ROLES; i++)
			theme->looks[i] = (struct theme_look){.attrs = theme->looks[i].mono,
							      .mono = theme->looks[i].mono};
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
	take_rest(&words, &made);
	*theme = made;
	return 0;
}

/* A path as seen from any folder. Links stay as they are: what they lead to may change. */
static void remember_source(struct theme *theme, const char *name)
{
	const char *slash = strrchr(name, '/');
	SCOPED(buf) folder = {0};
	char *real = NULL;

	if (slash && name[0] != '/') {
		buf_add(&folder, name, (size_t)(slash - name));
		real = realpath(buf_text(&folder), NULL);
	}
	if (real)
		snprintf(theme->source, sizeof(theme->source), "%s%s", real, slash);
	else
		snprintf(theme->source, sizeof(theme->source), "%s", name);
	free(real);
	if (slash)
		theme_list_keep(theme->source);
}

void theme_default(struct theme *theme)
{
	memset(theme, 0, sizeof(*theme));
	theme_parse(theme, theme_built_in("default"), NULL);
	remember_source(theme, "default");
}

/* As the file is called. */
static void name_after(struct theme *theme, const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	const char *dot = slash ? strrchr(file, '.') : NULL;
	int len = dot && dot > file ? (int)(dot - file) : (int)strlen(file);

	snprintf(theme->name, sizeof(theme->name), "%.*s", len, file);
}

int theme_load(struct theme *theme, const char *name, struct err *err)
{
	SCOPED(buf) text = {0}, path = {0};
	int r = find_text(name, &text, &path, err);

	if (r == 0)
		r = theme_parse(theme, buf_text(&text), err);
	if (r < 0)
		return told_of(&path, r, err);
	/* One that is asked for by its name keeps that, or it would not be found again. */
	if (!theme->name[0] || !strchr(name, '/'))
		name_after(theme, name);
	remember_source(theme, name);
	return 0;
}

int theme_colour_index(const struct theme_colour *colour, int n_colours, bool is_paper)
{
	enum { GREY = 8 };

	if (n_colours >= 256)
		return colour->index256;
	if (n_colours >= 16)
		return colour->index16;
	return colour->index16 == GREY && !is_paper ? -1 : colour->index16 & 7;
}
