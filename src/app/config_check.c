/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row a member, with what it must be. What is wrong is told with its line and left out; the rest holds. */
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
	config_fault_fn *tell;
	void *ctx;
	unsigned *n_faults;
};

static bool refuse(const struct check *check, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What is wrong comes before the place, which may be long: a line of the screen has not room for both. */
static bool refuse_at(const struct check *check, unsigned line, const char *words, const char *cure)
{
	SCOPED(buf) tame = {0};
	struct err fault = {0};

	utf8_tame(&tame, words, strlen(words));
	err_set(&fault, -EINVAL, "%s: line %u of '%s'%s", buf_text(&tame), line, check->path, cure);
	check->tell(check->ctx, &fault);
	++*check->n_faults;
	return false;
}

static bool refuse(const struct check *check, const char *fmt, ...)
{
	SCOPED(buf) words = {0};
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&words, fmt, args);
	va_end(args);
	return refuse_at(check, place_of_member(check->text, check->names, check->n_names).line,
			 buf_text(&words), "");
}

/* Whether a member can stay; what is wrong in it was told. */
typedef bool member_fn(const struct check *check, const cJSON *object, cJSON *item);

/* Of two that are called alike JSON doesn't say which one is meant. */
static bool is_again(const cJSON *object, const cJSON *item)
{
	for (const cJSON *before = object->child; before != item; before = before->next)
		if (strcmp(before->string, item->string) == 0)
			return true;
	return false;
}

/* Leaves out the members that can't stay. */
static bool check_members(const struct check *check, const char *place, cJSON *object,
			  member_fn *fits)
{
	cJSON *next;

	if (!cJSON_IsObject(object))
		return refuse(check, "\"%s\" is not an object", place);
	for (cJSON *item = object->child; item; item = next) {
		struct check member = *check;
		bool stays;

		next = item->next;
		member.names[member.n_names++] = item->string;
		stays = is_again(object, item)
				? refuse(&member, "\"%s\" stands there twice, the first one holds",
					 item->string)
				: fits(&member, object, item);
		if (!stays)
			cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
	}
	return true;
}

static bool check_theme(const struct check *check, cJSON *item)
{
	return cJSON_IsString(item) || refuse(check, "\"theme\" is not a text");
}

static bool check_interval(const struct check *check, cJSON *item)
{
	bool fits = cJSON_IsNumber(item) && item->valuedouble >= INTERVAL_MIN_S &&
		    item->valuedouble <= INTERVAL_MAX_S;

	return fits || refuse(check, "\"interval\" is not a number of seconds from 0.1 to 3600");
}

static bool check_switch(const struct check *check, cJSON *item)
{
	return cJSON_IsBool(item) ||
	       refuse(check, "\"%s\" is neither true nor false", item->string);
}

/* A text whose name is known. */
static bool check_text(const struct check *check, const char *place, const cJSON *item,
		       bool is_known)
{
	if (!is_known)
		return refuse(check, "%s has \"%s\", which means nothing", place, item->string);
	return cJSON_IsString(item) || refuse(check, "%s.%s is not a text", place, item->string);
}

/* Two actions of one file can't both have a key. */
static bool check_key(const struct check *check, const cJSON *keys, cJSON *item)
{
	SCOPED(buf) spelled = {0};
	struct err why = {0};

	if (!check_text(check, "keys", item, keys_action_named(item->string) != ACT_NONE))
		return false;
	if (keys_check(item->string, item->valuestring, &why) < 0)
		return refuse(check, "%s", why.text);
	for (const cJSON *before = keys->child; before != item; before = before->next) {
		uint32_t key = keys_clash(before->string, before->valuestring, item->string,
					  item->valuestring);

		if (!key)
			continue;
		key_spell(key, &spelled);
		return refuse(check, "'%s' and '%s' are both to have %s", before->string,
			      item->string, buf_text(&spelled));
	}
	return true;
}

static bool check_keys(const struct check *check, cJSON *keys)
{
	return check_members(check, "keys", keys, check_key);
}

static bool check_setting(const struct check *check, const cJSON *map, cJSON *item)
{
	SCOPED(buf) place = {0};

	buf_addf(&place, "maps.%s", map->string);
	return check_text(check, buf_text(&place), item, setting_named(item->string) != NULL);
}

static bool check_map(const struct check *check, const cJSON *maps, cJSON *map)
{
	SCOPED(buf) place = {0};

	(void)maps;
	buf_addf(&place, "maps.%s", map->string);
	return check_members(check, buf_text(&place), map, check_setting);
}

static bool check_maps(const struct check *check, cJSON *maps)
{
	return check_members(check, "maps", maps, check_map);
}

static bool check_layout(const struct check *check, const cJSON *layouts, cJSON *item)
{
	(void)layouts;
	return check_text(check, "layouts", item, true);
}

static bool check_layouts(const struct check *check, cJSON *layouts)
{
	return check_members(check, "layouts", layouts, check_layout);
}

static const struct member {
	const char *name;
	bool (*fits)(const struct check *check, cJSON *item);
} members[] = {
	{"theme", check_theme},	 {"interval", check_interval},	 {"ascii", check_switch},
	{"mouse", check_switch}, {"save_on_exit", check_switch}, {"keys", check_keys},
	{"maps", check_maps},	 {"layouts", check_layouts},
};

static bool refuse_unknown(const struct check *check, const char *name)
{
	SCOPED(buf) words = {0}, cure = {0};
	struct place place = place_of_member(check->text, check->names, check->n_names);

	buf_addf(&words, "\"%s\" means nothing", name);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		buf_addf(&cure, "%s%s", i ? ", " : "; there are ", members[i].name);
	return refuse_at(check, place.line, buf_text(&words), buf_text(&cure));
}

static bool check_member(const struct check *check, const cJSON *root, cJSON *item)
{
	(void)root;
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (strcmp(members[i].name, item->string) == 0)
			return members[i].fits(check, item);
	return refuse_unknown(check, item->string);
}

unsigned config_parse(const char *text, const char *path, cJSON **root, config_fault_fn *tell,
		      void *ctx)
{
	unsigned n_faults = 0;
	struct check check = {
		.path = path, .text = text, .tell = tell, .ctx = ctx, .n_faults = &n_faults};
	const char *end = NULL;

	*root = cJSON_ParseWithOpts(text, &end, 1);
	if (!*root) {
		refuse_at(&check, place_of(text, end).line, "this is not JSON", "");
	} else if (!cJSON_IsObject(*root)) {
		refuse(&check, "the configuration is not an object");
		cJSON_Delete(*root);
		*root = NULL;
	} else {
		check_members(&check, "", *root, check_member);
	}
	return n_faults;
}
