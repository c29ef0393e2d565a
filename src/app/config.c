/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two trees, the user's and the system's: what is asked for is looked up in the one, then in the other;
 * what is saved goes into the user's alone. Every member is checked when a file is read, so that the
 * rest need not doubt them. Comments become blanks before parsing: places stay what they were. */
#include "app/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "app/config_check.h"
#include "app/config_file.h"
#include "app/options.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "ui/keys.h"
#include "ui/theme_list.h"

enum { CONFIG_MAX_BYTES = 1 << 20 };
enum whose { USER, SYSTEM, N_WHOSE };

struct config {
	cJSON *roots[N_WHOSE]; /* owned; NULL: no such file */
	struct buf paths[N_WHOSE];
	bool had_comments; /* the user's file */
	bool is_broken;	   /* likewise: not to be written over */
};

/* -- reading -------------------------------------------------------------------------------------------- */

/* A theme's path is seen from the folder of the file that names it. */
static int place_theme(cJSON *root, const char *path)
{
	cJSON *theme = cJSON_GetObjectItemCaseSensitive(root, "theme");
	const char *name = cJSON_GetStringValue(theme), *slash = strrchr(path, '/');
	SCOPED(buf) whole = {0};

	if (!name || name[0] == '/' || !strchr(name, '/'))
		return 0;
	name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	buf_addf(&whole, "%.*s/%s", (int)(slash - path), path, name);
	return !whole.failed && cJSON_SetValuestring(theme, buf_text(&whole)) ? 0 : -ENOMEM;
}

static unsigned refuse(config_fault_fn *tell, void *ctx, int code, const char *path)
{
	struct err fault = {0};

	err_set(&fault, code, "cannot read config '%s': %s", path, err_words(code));
	tell(ctx, &fault);
	return 1;
}

static unsigned read_one(struct config *config, enum whose whose, config_fault_fn *tell, void *ctx)
{
	const char *path = buf_text(&config->paths[whose]);
	SCOPED(buf) text = {0};
	bool had_comments = false;
	unsigned n_faults;
	int r;

	if (!config->paths[whose].len)
		return 0;
	r = file_read(path, CONFIG_MAX_BYTES, &text);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0) {
		n_faults = refuse(tell, ctx, r, path);
	} else {
		had_comments = config_blank_comments(&text);
		n_faults = config_parse(buf_text(&text), path, &config->roots[whose], tell, ctx);
		if (place_theme(config->roots[whose], path) < 0)
			n_faults += refuse(tell, ctx, -ENOMEM, path);
	}
	if (whose == USER) {
		config->had_comments = had_comments;
		config->is_broken = n_faults > 0;
	}
	return n_faults;
}

unsigned config_load(struct config **out, config_fault_fn *tell, void *ctx)
{
	struct config *config = calloc(1, sizeof(*config));
	unsigned n_faults = 0;

	*out = config;
	if (!config)
		return refuse(tell, ctx, -ENOMEM, "config.json");
	config_user_path(&config->paths[USER]);
	config_system_path(&config->paths[SYSTEM]);
	for (int whose = 0; whose < N_WHOSE; whose++)
		n_faults += read_one(config, (enum whose)whose, tell, ctx);
	return n_faults;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (int whose = 0; whose < N_WHOSE; whose++) {
		cJSON_Delete(config->roots[whose]);
		buf_release(&config->paths[whose]);
	}
	free(config);
}

/* -- asking --------------------------------------------------------------------------------------------- */

static const cJSON *member_of(const struct config *config, const char *name)
{
	for (int whose = 0; whose < N_WHOSE; whose++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(config->roots[whose], name);

		if (item)
			return item;
	}
	return NULL;
}

const char *config_theme(const struct config *config)
{
	return cJSON_GetStringValue(member_of(config, "theme"));
}

uint64_t config_interval_ns(const struct config *config)
{
	const cJSON *item = member_of(config, "interval");

	return item ? (uint64_t)(item->valuedouble * 1e9 + 0.5) : 0;
}

bool config_is_ascii(const struct config *config)
{
	return cJSON_IsTrue(member_of(config, "ascii"));
}

const char *config_setting(const struct config *config, const char *map, const char *name)
{
	for (int whose = 0; whose < N_WHOSE; whose++) {
		const cJSON *maps = cJSON_GetObjectItemCaseSensitive(config->roots[whose], "maps");
		const cJSON *texts = cJSON_GetObjectItemCaseSensitive(maps, map);
		const cJSON *text = cJSON_GetObjectItemCaseSensitive(texts, name);

		if (text)
			return text->valuestring;
	}
	return NULL;
}

bool config_has_mouse(const struct config *config)
{
	return cJSON_IsTrue(member_of(config, "mouse"));
}

const char *config_layout(const struct config *config, const char *set)
{
	for (int whose = 0; whose < N_WHOSE; whose++) {
		const cJSON *layouts =
			cJSON_GetObjectItemCaseSensitive(config->roots[whose], "layouts");
		const cJSON *text = cJSON_GetObjectItemCaseSensitive(layouts, set);

		if (text)
			return text->valuestring;
	}
	return NULL;
}

bool config_saves_on_exit(const struct config *config)
{
	return cJSON_IsTrue(member_of(config, "save_on_exit"));
}

/* "action": "" in one of the files. */
static bool is_unbound(const struct config *config, const char *action)
{
	for (int whose = 0; whose < N_WHOSE; whose++) {
		const cJSON *keys = cJSON_GetObjectItemCaseSensitive(config->roots[whose], "keys");
		const char *text =
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(keys, action));

		if (text && !text[strspn(text, " ")])
			return true;
	}
	return false;
}

static void tell_lost(const struct config *config, config_fault_fn *tell, void *ctx)
{
	for (int action = ACT_NONE + 1; action < N_ACTIONS; action++) {
		SCOPED(buf) words = {0};
		struct err fault = {0};

		if (is_unbound(config, act_rows[action].name) ||
		    !keys_lost((enum action)action, &words))
			continue;
		err_set(&fault, -EINVAL, "%s", buf_text(&words));
		tell(ctx, &fault);
	}
}

void config_bind_keys(const struct config *config, config_fault_fn *tell, void *ctx)
{
	/* The user's last: they take keys away from the system's. */
	for (int whose = N_WHOSE; whose-- > 0;) {
		const cJSON *keys = cJSON_GetObjectItemCaseSensitive(config->roots[whose], "keys");

		for (const cJSON *item = keys ? keys->child : NULL; item; item = item->next) {
			struct err why = {0};

			if (keys_bind(item->string, item->valuestring, &why) < 0)
				tell(ctx, &why);
		}
	}
	tell_lost(config, tell, ctx);
}

/* -- saving --------------------------------------------------------------------------------------------- */

/* The object called so in parent, made when it isn't there; NULL when out of memory. */
static cJSON *object_in(cJSON *parent, const char *name)
{
	cJSON *object = cJSON_GetObjectItemCaseSensitive(parent, name);

	return object ? object : cJSON_AddObjectToObject(parent, name);
}

static cJSON *user_root(struct config *config)
{
	if (!config->roots[USER])
		config->roots[USER] = cJSON_CreateObject();
	return config->roots[USER];
}

/* Puts item in the place of what is called so; takes it over. */
static int put(cJSON *object, const char *name, cJSON *item)
{
	if (!object || !item) {
		cJSON_Delete(item);
		return -ENOMEM;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
	if (cJSON_AddItemToObject(object, name, item))
		return 0;
	cJSON_Delete(item);
	return -ENOMEM;
}

static int put_text(cJSON *texts, const char *name, const char *text)
{
	if (!texts)
		return -ENOMEM;
	if (*text)
		return put(texts, name, cJSON_CreateString(text));
	cJSON_DeleteItemFromObjectCaseSensitive(texts, name);
	return 0;
}

int config_set_setting(struct config *config, const char *map, const char *name, const char *text)
{
	cJSON *root = user_root(config);
	cJSON *maps = root ? object_in(root, "maps") : NULL;

	return put_text(maps ? object_in(maps, map) : NULL, name, text);
}

int config_set_layout(struct config *config, const char *set, const char *text)
{
	cJSON *root = user_root(config);

	return put_text(root ? object_in(root, "layouts") : NULL, set, text);
}

int config_set_theme(struct config *config, const char *name)
{
	return put(user_root(config), "theme", cJSON_CreateString(name));
}

int config_set_interval(struct config *config, uint64_t ns)
{
	return put(user_root(config), "interval", cJSON_CreateNumber((double)ns / 1e9));
}

/* The file as it is, beside the one that is about to be written. */
static int keep_old(const char *path, struct err *err)
{
	SCOPED(buf) old = {0}, beside = {0};
	int r = file_read(path, CONFIG_MAX_BYTES, &old);

	if (r < 0)
		return err_set(err, r, "cannot read config '%s': %s", path, err_words(r));
	buf_addf(&beside, "%s~", path);
	return file_replace(buf_text(&beside), old.at, old.len, err);
}

int config_save(struct config *config, struct buf *where, bool *has_backup, struct err *err)
{
	const char *path = buf_text(&config->paths[USER]);
	SCOPED(buf) text = {0};
	char *json;
	int r;

	if (!*path)
		return err_set(
			err, -ENOENT,
			"there is no place for a configuration: set HOME or XDG_CONFIG_HOME");
	if (config->is_broken)
		return err_set(err, -EINVAL, "not saved: config '%s' has a fault; mend it first",
			       path);
	r = config_make_room(path, err);
	if (r == 0 && config->had_comments)
		r = keep_old(path, err);
	if (r < 0)
		return r;
	json = user_root(config) ? cJSON_Print(config->roots[USER]) : NULL;
	if (json)
		buf_addf(&text, "%s\n", json);
	cJSON_free(json);
	if (!json || text.failed)
		return err_set(err, -ENOMEM, "out of memory for the configuration");
	r = file_replace(path, text.at, text.len, err);
	if (r < 0)
		return r;
	*has_backup = config->had_comments;
	config->had_comments = false;
	buf_adds(where, path);
	return 0;
}

/* -- printing ------------------------------------------------------------------------------------------- */

/* Members of `from` that `to` lacks; objects are joined. */
static int join(cJSON *to, const cJSON *from)
{
	int r = 0;

	for (const cJSON *item = from ? from->child : NULL; item && r == 0; item = item->next) {
		cJSON *mine = cJSON_GetObjectItemCaseSensitive(to, item->string);

		if (!mine)
			r = put(to, item->string, cJSON_Duplicate(item, 1));
		else if (cJSON_IsObject(mine) && cJSON_IsObject(item))
			r = join(mine, item);
	}
	return r;
}

/* Every action that keys can be bound to, as the files name them. */
static int put_keys(cJSON *all)
{
	cJSON *keys = cJSON_CreateObject();
	int r = put(all, "keys", keys);

	for (int action = ACT_NONE + 1; action < N_ACTIONS && r == 0; action++) {
		SCOPED(buf) text = {0};

		if (keys_of((enum action)action, &text))
			r = put(keys, act_rows[action].name, cJSON_CreateString(buf_text(&text)));
	}
	return r;
}

static int put_in_force(const struct config *config, const struct options *options, cJSON *all)
{
	const char *theme = options->theme ? options->theme : config_theme(config);
	uint64_t ns = options->has_interval ? 0 : config_interval_ns(config);
	const struct {
		const char *name;
		bool is_on;
	} switches[] = {
		{"ascii", options->is_ascii || config_is_ascii(config)},
		{"mouse", options->has_mouse || config_has_mouse(config)},
		{"save_on_exit", options->saves_on_exit || config_saves_on_exit(config)},
	};
	int r = put(all, "theme", cJSON_CreateString(theme ? theme : theme_name_at(0)));

	ns = ns ? ns : options->interval_ns;
	r = r ? r : put(all, "interval", cJSON_CreateNumber((double)ns / 1e9));
	for (size_t i = 0; i < ARRAY_LEN(switches) && r == 0; i++)
		r = put(all, switches[i].name, cJSON_CreateBool(switches[i].is_on));
	return r ? r : put_keys(all);
}

int config_print(const struct config *config, const struct options *options, struct buf *out)
{
	cJSON *all = cJSON_CreateObject();
	char *json = NULL;
	int r = all ? put_in_force(config, options, all) : -ENOMEM;

	for (int whose = 0; whose < N_WHOSE && r == 0; whose++) {
		if (config->paths[whose].len)
			buf_addf(out, "// %s%s\n", buf_text(&config->paths[whose]),
				 config->roots[whose] ? "" : " (not there)");
		r = join(all, config->roots[whose]);
	}
	if (r == 0)
		json = cJSON_Print(all);
	if (json)
		buf_addf(out, "%s\n", json);
	cJSON_free(json);
	cJSON_Delete(all);
	return json && !out->failed ? 0 : -ENOMEM;
}
