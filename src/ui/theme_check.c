/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a theme may be made of; a fault is told with its place. */
#include "ui/theme_check.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/place.h"
#include "base/tidy.h"
#include "ui/theme.h"

int theme_syntax_error(const char *text, const char *at, struct err *err)
{
	struct place place = place_of(text, at);

	return err_set(err, -EINVAL, "the theme is no JSON at line %u, column %u", place.line,
		       place.column);
}

static bool is_role(const char *name)
{
	for (int i = 0; i < N_ROLES; i++)
		if (strcmp(name, roles[i].name) == 0)
			return true;
	return false;
}

static int check_roles(const cJSON *root, const char *text, struct err *err)
{
	const cJSON *all = cJSON_GetObjectItemCaseSensitive(root, "roles"), *json;
	struct place place;

	cJSON_ArrayForEach(json, all)
	{
		if (is_role(json->string) && cJSON_IsObject(json))
			continue;
		place = place_of_member(text, (const char *const[]){"roles", json->string}, 2);
		return err_set(
			err, -EINVAL,
			is_role(json->string)
				? "role '%s' of the theme must be an object (line %u, column %u)"
				: "the theme has no role '%s' to give a look to (line %u, column "
				  "%u)",
			json->string, place.line, place.column);
	}
	return 0;
}

static bool is_glyph_set(const cJSON *json)
{
	static const char *const sets[] = {"ascii", "blocks", "braille"};

	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		if (cJSON_IsString(json) && strcmp(json->valuestring, sets[i]) == 0)
			return true;
	return false;
}

static bool is_grounds(const cJSON *json)
{
	const cJSON *item;
	struct rgb rgb;

	cJSON_ArrayForEach(item, json) if (!cJSON_IsString(item) ||
					   !colour_of_text(item->valuestring, &rgb)) return false;
	return cJSON_IsArray(json) && cJSON_GetArraySize(json) <= THEME_GROUNDS;
}

static bool is_text(const cJSON *json)
{
	return cJSON_IsString(json);
}

static bool is_object(const cJSON *json)
{
	return cJSON_IsObject(json);
}

static bool is_yes_or_no(const cJSON *json)
{
	return cJSON_IsBool(json);
}

/* What a theme is made of. */
static const struct part {
	const char *name;
	bool (*suits)(const cJSON *json);
	const char *must_be;
} parts[] = {
	{"name", is_text, "text"},
	{"about", is_text, "text"},
	{"inherits", is_text, "the name of a theme"},
	{"glyphs", is_glyph_set, "'ascii', 'blocks' or 'braille'"},
	{"made_for", is_grounds, "a list of up to 4 backgrounds, '#rrggbb'"},
	{"colours", is_yes_or_no, "true or false"},
	{"palette", is_object, "an object"},
	{"roles", is_object, "an object"},
};
_Static_assert(THEME_GROUNDS == 4, "the words above say how many");

static const struct part *part_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(name, parts[i].name) == 0)
			return &parts[i];
	return NULL;
}

int theme_check(const cJSON *root, const char *text, struct err *err)
{
	const cJSON *json;

	cJSON_ArrayForEach(json, root)
	{
		const struct part *part = part_named(json->string);
		struct place place;

		if (part && part->suits(json))
			continue;
		place = place_of_member(text, (const char *const[]){json->string}, 1);
		if (!part)
			return err_set(err, -EINVAL,
				       "'%s' means nothing in a theme (line %u, column %u)",
				       json->string, place.line, place.column);
		return err_set(err, -EINVAL, "'%s' of the theme must be %s (line %u, column %u)",
			       json->string, part->must_be, place.line, place.column);
	}
	return check_roles(root, text, err);
}
