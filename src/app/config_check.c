/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row a member, with what it must be. What is wrong is told with its line. */
#include "app/config_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/place.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/keys.h"
#include "ui/setting.h"

#define INTERVAL_MIN_S 0.1
#define INTERVAL_MAX_S 3600.0

enum { MOST_NAMES = 3 };

struct check {
	const char *path, *text;
	const char *names[MOST_NAMES]; /* that lead to the member being checked */
	size_t n_names;
	struct err *err;
};

static int refuse(const struct check *check, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What is wrong comes before the place, which may be long: a line of the screen has not room for both. */
static int refuse_at(const struct check *check, unsigned line, const char *words, const char *cure)
{
	SCOPED(buf) tame = {0};

	utf8_tame(&tame, words, strlen(words));
	return err_set(check->err, -EINVAL, "%s: line %u of '%s'%s", buf_text(&tame), line,
		       check->path, cure);
}

static int refuse(const struct check *check, const char *fmt, ...)
{
	SCOPED(buf) words = {0};
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&words, fmt, args);
	va_end(args);
	return refuse_at(check, place_of_member(check->text, check->names, check->n_names).line,
			 buf_text(&words), "");
}

/* The same of a member of what is being checked. */
static struct check below(const struct check *check, const char *name)
{
	struct check member = *check;

	member.names[member.n_names++] = name;
	return member;
}

static int check_theme(const struct check *check, const cJSON *item)
{
	return cJSON_IsString(item) ? 0 : refuse(check, "\"theme\" is not a text");
}

static int check_interval(const struct check *check, const cJSON *item)
{
	bool fits = cJSON_IsNumber(item) && item->valuedouble >= INTERVAL_MIN_S &&
		    item->valuedouble <= INTERVAL_MAX_S;

	return fits ? 0 : refuse(check, "\"interval\" is not a number of seconds from 0.1 to 3600");
}

static int check_switch(const struct check *check, const cJSON *item)
{
	if (cJSON_IsBool(item))
		return 0;
	return refuse(check, "\"%s\" is neither true nor false", item->string);
}

/* Every member is a text whose name is known. */
static int check_texts(const struct check *check, const char *place, const cJSON *object,
		       bool (*is_known)(const char *name))
{
	if (!cJSON_IsObject(object))
		return refuse(check, "\"%s\" is not an object", place);
	for (const cJSON *item = object->child; item; item = item->next) {
		struct check member = below(check, item->string);

		if (!is_known(item->string))
			return refuse(&member, "%s has \"%s\", which means nothing", place,
				      item->string);
		if (!cJSON_IsString(item))
			return refuse(&member, "%s.%s is not a text", place, item->string);
	}
	return 0;
}

static bool is_action(const char *name)
{
	return keys_action_named(name) != ACT_NONE;
}

static bool is_setting(const char *name)
{
	return setting_named(name) != NULL;
}

/* Two actions of one file can't both have a key. */
static int check_key(const struct check *check, const cJSON *item)
{
	struct check member = below(check, item->string);
	SCOPED(buf) spelled = {0};
	struct err why = {0};

	if (keys_check(item->string, item->valuestring, &why) < 0)
		return refuse(&member, "%s", why.text);
	for (const cJSON *before = item->prev; before->next; before = before->prev) {
		uint32_t key = keys_clash(before->string, before->valuestring, item->string,
					  item->valuestring);

		if (!key)
			continue;
		key_spell(key, &spelled);
		return refuse(&member, "'%s' and '%s' are both to have %s", before->string,
			      item->string, buf_text(&spelled));
	}
	return 0;
}

static int check_keys(const struct check *check, const cJSON *keys)
{
	int r = check_texts(check, "keys", keys, is_action);

	for (const cJSON *item = keys->child; item && r == 0; item = item->next)
		r = check_key(check, item);
	return r;
}

static int check_maps(const struct check *check, const cJSON *maps)
{
	int r = 0;

	if (!cJSON_IsObject(maps))
		return refuse(check, "\"maps\" is not an object");
	for (const cJSON *map = maps->child; map && r == 0; map = map->next) {
		struct check member = below(check, map->string);
		SCOPED(buf) place = {0};

		buf_addf(&place, "maps.%s", map->string);
		r = check_texts(&member, buf_text(&place), map, is_setting);
	}
	return r;
}

static bool is_any(const char *name)
{
	(void)name;
	return true;
}

static int check_layouts(const struct check *check, const cJSON *layouts)
{
	return check_texts(check, "layouts", layouts, is_any);
}

static const struct member {
	const char *name;
	int (*check)(const struct check *check, const cJSON *item);
} members[] = {
	{"theme", check_theme},	 {"interval", check_interval},	 {"ascii", check_switch},
	{"mouse", check_switch}, {"save_on_exit", check_switch}, {"keys", check_keys},
	{"maps", check_maps},	 {"layouts", check_layouts},
};

static int refuse_unknown(const struct check *check, const char *name)
{
	SCOPED(buf) words = {0}, cure = {0};
	struct place place = place_of_member(check->text, check->names, check->n_names);

	buf_addf(&words, "\"%s\" means nothing", name);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		buf_addf(&cure, "%s%s", i ? ", " : "; there are ", members[i].name);
	return refuse_at(check, place.line, buf_text(&words), buf_text(&cure));
}

static int check_member(const struct check *check, const cJSON *item)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (strcmp(members[i].name, item->string) == 0)
			return members[i].check(check, item);
	return refuse_unknown(check, item->string);
}

static int check_root(const struct check *check, const cJSON *root)
{
	int r = 0;

	if (!cJSON_IsObject(root))
		return refuse(check, "the configuration is not an object");
	for (const cJSON *item = root->child; item && r == 0; item = item->next) {
		struct check member = below(check, item->string);

		r = check_member(&member, item);
	}
	return r;
}

int config_parse(const char *text, const char *path, cJSON **root, struct err *err)
{
	struct check check = {.path = path, .text = text, .err = err};
	const char *end = NULL;
	int r;

	*root = cJSON_ParseWithOpts(text, &end, 1);
	if (!*root)
		return refuse_at(&check, place_of(text, end).line, "this is not JSON", "");
	r = check_root(&check, *root);
	if (r < 0) {
		cJSON_Delete(*root);
		*root = NULL;
	}
	return r;
}
