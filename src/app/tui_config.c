/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings go between the screen and the configuration by their names (ui/setting.h), panes as one text for each set
 * of maps: neither side knows what the other's mean. */
#include "app/tui_config.h"

#include <errno.h>
#include <string.h>

#include "app/config.h"
#include "app/options.h"
#include "app/tui_state.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "ui/setting.h"

static void tell(struct tui *tui, const struct err *why)
{
	screen_say(tui->screen, true, "%s", why->text);
}

struct faults {
	struct tui *tui;
	unsigned n;
};

static void say_fault(void *ctx, const struct err *fault)
{
	struct faults *faults = ctx;

	tell(faults->tui, fault);
	faults->n++;
}

void tui_config_open(struct tui *tui)
{
	const struct options *options = tui->set->options;
	struct faults faults = {.tui = tui};
	struct err why = {0};

	tui->is_ascii = options->is_ascii;
	tui->has_mouse = options->has_mouse;
	config_load(&tui->config, say_fault, &faults);
	if (!tui->config)
		return;
	config_bind_keys(tui->config, say_fault, &faults);
	if (!options->theme && config_theme(tui->config) &&
	    theme_load(&tui->theme, config_theme(tui->config), &why) < 0)
		say_fault(&faults, &why);
	if (faults.n > 1)
		screen_say(tui->screen, true,
			   "the configuration has %u faults, the rest of it holds: ':messages' "
			   "tells each",
			   faults.n);
	if (!options->has_interval && config_interval_ns(tui->config))
		tui->interval_ns = config_interval_ns(tui->config);
	tui->is_ascii |= config_is_ascii(tui->config);
	tui->has_mouse |= config_has_mouse(tui->config);
}

void tui_config_close(struct tui *tui)
{
	buf_release(&tui->panes);
	config_free(tui->config);
}

void tui_set_saved(struct tui *tui, const struct table *table)
{
	const struct setting *setting;

	for (unsigned i = 0; tui->config && (setting = setting_at(i)); i++) {
		const char *text = config_setting(tui->config, table->map.name, setting->name);
		struct err why = {0};

		/* Maps of one name may differ: what was saved of another one is not a fault here. */
		if (text && screen_set(tui->screen, table, setting->name, text, &why) < 0)
			screen_say(tui->screen, true, "the saved %s of '%s' doesn't fit: %s",
				   setting->name, table->map.name, why.text);
	}
}

int tui_add(struct tui *tui, struct watch *watch, struct err *err)
{
	int r = screen_add(tui->screen, &watch->table, err);

	if (r == 0)
		tui_set_saved(tui, &watch->table);
	return r;
}

static int save_map(struct tui *tui, struct table *table)
{
	const struct setting *setting;
	int r = 0;

	for (unsigned i = 0; r == 0 && (setting = setting_at(i)); i++) {
		SCOPED(buf) text = {0};

		screen_get(tui->screen, table, setting->name, &text);
		r = config_set_setting(tui->config, table->map.name, setting->name,
				       buf_text(&text));
	}
	return r;
}

/* Who names several hosts wants to see them beside each other. */
static bool are_several_hosts(const struct watch_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n_tapes; i++)
		n += set->tapes[i].remote != NULL;
	return n > 1;
}

/* false: none is saved of the set. */
static bool set_saved_panes(struct tui *tui)
{
	SCOPED(buf) set = {0};
	struct err why = {0};
	const char *text;

	screen_set_name(tui->screen, &set);
	text = tui->config ? config_layout(tui->config, buf_text(&set)) : NULL;
	if (text && screen_set_panes(tui->screen, text, &why) < 0)
		screen_say(tui->screen, true, "the saved layout of '%s' doesn't fit: %s",
			   buf_text(&set), why.text);
	return text;
}

static void note_panes(struct tui *tui)
{
	buf_clear(&tui->panes);
	screen_panes_text(tui->screen, &tui->panes);
}

void tui_config_layout(struct tui *tui)
{
	tui->has_saved_panes = set_saved_panes(tui);
	if (!tui->has_saved_panes && are_several_hosts(tui->set))
		screen_tile(tui->screen);
	note_panes(tui);
}

bool tui_config_awaits_layout(const struct tui *tui)
{
	SCOPED(buf) text = {0};

	screen_panes_text(tui->screen, &text);
	return !tui->has_saved_panes && strcmp(buf_text(&text), buf_text(&tui->panes)) == 0;
}

void tui_config_layout_grown(struct tui *tui)
{
	tui->has_saved_panes = set_saved_panes(tui);
	note_panes(tui);
}

static int save_layout(struct tui *tui)
{
	SCOPED(buf) set = {0}, text = {0};

	screen_set_name(tui->screen, &set);
	if (!set.len)
		return 0;
	screen_panes_text(tui->screen, &text);
	return config_set_layout(tui->config, buf_text(&set), buf_text(&text));
}

static int store(struct tui *tui, struct buf *where, bool *has_backup, struct err *err)
{
	int r = tui->config ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < tui->set->n; i++)
		r = save_map(tui, &tui->set->watches[i]->table);
	if (r == 0)
		r = save_layout(tui);
	if (r == 0)
		r = config_set_theme(tui->config, tui->theme.source);
	if (r == 0)
		r = config_set_interval(tui->config, tui->interval_ns);
	if (r < 0)
		return err_set(err, r, "out of memory for the configuration");
	return config_save(tui->config, where, has_backup, err);
}

void tui_config_save(struct tui *tui, const struct intent *intent)
{
	SCOPED(buf) where = {0};
	bool has_backup = false;
	struct err why = {0};

	(void)intent;
	if (store(tui, &where, &has_backup, &why) < 0)
		tell(tui, &why);
	else
		screen_say(tui->screen, false, "saved to '%s'%s", buf_text(&where),
			   has_backup ? ", the old one with its comments as config.json~" : "");
}

int tui_config_leave(struct tui *tui, struct err *err)
{
	SCOPED(buf) where = {0};
	bool is_asked = tui->set->options->saves_on_exit ||
			(tui->config && config_saves_on_exit(tui->config));

	return is_asked ? store(tui, &where, &(bool){false}, err) : 0;
}
