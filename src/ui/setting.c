/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What get writes, set reads: a tab that is given the texts of another of the same map looks like it. */
#include "ui/setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/smooth.h"
#include "query/group.h"
#include "query/query.h"
#include "ui/tab.h"

static const char *const value_words[] = {
	[VALUES_BOTH] = "both",	  [VALUES_RATE] = "rate", [VALUES_DELTA] = "delta",
	[VALUES_TOTAL] = "total", [VALUES_BASE] = "base", [N_VALUE_MODES] = NULL,
};
static const char *const cpu_words[] = {
	[CPUS_SUM] = "sum",   [CPUS_MAX] = "max",   [CPUS_SKEW] = "skew",
	[CPUS_EACH] = "each", [CPUS_HEAT] = "heat", [N_CPU_MODES] = NULL,
};
static const char *const hide_words[] = {"none", "zero", "idle", NULL};
static const char *const switch_words[] = {"off", "on", NULL};

/* The place of text among the words ("" is the first), or -EINVAL. */
static int word_of(const char *const *words, const char *text, struct err *err)
{
	SCOPED(buf) all = {0};

	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0 || !*text)
			return i;
	for (int i = 0; words[i]; i++)
		buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
	return err_at(err, 1, "expected one of %s", buf_text(&all));
}

static void add_word(const char *const *words, int place, struct buf *out)
{
	if (place > 0)
		buf_adds(out, words[place]);
}

/* -- columns -- */

static void get_columns(const struct tab *tab, struct buf *out)
{
	for (unsigned i = 0; i < tab->n_chosen; i++) {
		const struct column *column = &tab->chosen[i];

		if (i)
			buf_addc(out, ',');
		table_column_name(tab->table, column, out);
		if (column->format)
			buf_addf(out, ":%s", column->format->name);
		else if (column->field &&
			 nature_told(tab->table, column->field) != column->field->nature)
			buf_addf(out, ":%s", nature_names[nature_told(tab->table, column->field)]);
	}
}

static int set_columns(struct tab *tab, const char *text, struct err *err)
{
	struct column columns[TAB_MAX_COLUMNS];
	int n = 0;

	if (*text)
		n = table_columns_named(tab->table, text, columns, TAB_MAX_COLUMNS, err);
	if (n < 0)
		return n;
	memcpy(tab->chosen, columns, (size_t)n * sizeof(*columns));
	memset(tab->chosen_width, 0, sizeof(tab->chosen_width));
	tab->n_chosen = (unsigned)n;
	tab_revalue(tab); /* a gauge may have been told by its name */
	tab_reorder(tab);
	return 0;
}

static void get_widths(const struct tab *tab, struct buf *out)
{
	unsigned n = tab->n_chosen;

	while (n && !tab->chosen_width[n - 1])
		n--;
	for (unsigned i = 0; i < n; i++)
		buf_addf(out, "%s%d", i ? "," : "", tab->chosen_width[i]);
}

static int set_widths(struct tab *tab, const char *text, struct err *err)
{
	int widths[TAB_MAX_COLUMNS] = {0};
	unsigned n = 0;

	for (const char *at = text; *at; n++) {
		char *end;
		long width = strtol(at, &end, 10);

		if (end == at || (*end && *end != ',') || width < 0 || width > TAB_MAX_WIDTH)
			return err_at(err, (int)(at - text) + 1,
				      "expected widths up to %d, 0 for what is needed",
				      TAB_MAX_WIDTH);
		if (n == tab->n_chosen)
			return err_at(err, (int)(at - text) + 1, "only %u %s chosen", tab->n_chosen,
				      num_noun(tab->n_chosen, "column is", "columns are"));
		widths[n] = (int)width;
		at = *end ? end + 1 : end;
	}
	memcpy(tab->chosen_width, widths, sizeof(widths));
	tab_reorder(tab);
	return 0;
}

static void get_trend(const struct tab *tab, struct buf *out)
{
	if (tab->hides_trend)
		buf_adds(out, "off");
}

static int set_trend(struct tab *tab, const char *text, struct err *err)
{
	int place = *text ? word_of(switch_words, text, err) : 1;

	if (place < 0)
		return place;
	tab->hides_trend = place == 0;
	tab_reorder(tab);
	return 0;
}

/* -- rows -- */

static void get_alert(const struct tab *tab, struct buf *out)
{
	buf_adds(out, buf_text(&tab->alert.text));
}

static int set_alert(struct tab *tab, const char *text, struct err *err)
{
	return alert_set(&tab->alert, tab->table, text, err);
}

static void get_smooth(const struct tab *tab, struct buf *out)
{
	uint64_t tau_ns = smooth_tau_ns(tab->table);

	if (tau_ns)
		buf_addf(out, "%.10gs", (double)tau_ns / 1e9);
}

static int set_smooth(struct tab *tab, const char *text, struct err *err)
{
	uint64_t tau_ns;
	int r = smooth_read(text, &tau_ns, err);

	if (r < 0)
		return r;
	r = smooth_set(tab->table, tau_ns);
	if (r == 0 && tab->groups)
		r = smooth_set(tab->groups->table, tau_ns);
	tab_revalue(tab);
	tab_reorder(tab);
	if (tab->groups) {
		tab_revalue(tab->groups);
		tab_reorder(tab->groups);
	}
	return r < 0 ? err_set(err, r, "out of memory for smoothed rates") : 0;
}

static void get_sort(const struct tab *tab, struct buf *out)
{
	view_sort_text(&tab->view, tab->table, out);
}

static int set_sort(struct tab *tab, const char *text, struct err *err)
{
	int r = view_sort(&tab->view, tab->table, text, err);

	if (r == 0)
		tab_reorder(tab);
	return r;
}

static void get_filter(const struct tab *tab, struct buf *out)
{
	buf_adds(out, buf_text(&tab->view.filter_text));
}

static int set_filter(struct tab *tab, const char *text, struct err *err)
{
	int r = view_filter(&tab->view, tab->table, text, err);

	if (r == 0)
		tab_reorder(tab);
	if (r == 0 && tab->groups)
		tab_reorder(tab->groups);
	return r;
}

static void get_group_filter(const struct tab *tab, struct buf *out)
{
	if (tab->groups)
		get_filter(tab->groups, out);
}

static int no_groups(struct err *err)
{
	return err_set(err, -EINVAL, "there are no groups to filter; 'group' makes them");
}

static int set_group_filter(struct tab *tab, const char *text, struct err *err)
{
	if (tab->groups)
		return set_filter(tab->groups, text, err);
	return *text ? no_groups(err) : 0;
}

static void get_hide(const struct tab *tab, struct buf *out)
{
	add_word(hide_words, tab->view.hides_idle ? 2 : tab->view.hides_zero, out);
}

static int set_hide(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(hide_words, text, err);

	if (place < 0)
		return place;
	tab->view.hides_zero = place > 0;
	tab->view.hides_idle = place > 1;
	tab_reorder(tab);
	return 0;
}

static void get_stacks(const struct tab *tab, struct buf *out)
{
	buf_adds(out, buf_text(&tab->stacks_by));
}

/* -- values -- */

static void get_values(const struct tab *tab, struct buf *out)
{
	/* A baseline doesn't outlive the run. */
	if (tab->values != VALUES_BASE)
		add_word(value_words, (int)tab->values, out);
}

static int set_values(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(value_words, text, err);

	if (place < 0)
		return place;
	tab->values = (enum value_mode)place;
	tab_columns(tab);
	return 0;
}

static void get_cpus(const struct tab *tab, struct buf *out)
{
	add_word(cpu_words, (int)tab->cpus, out);
}

static int set_cpus(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(cpu_words, text, err);

	if (place < 0)
		return place;
	if (place > 0 && !tab_is_per_cpu(tab))
		return err_at(err, 1, "'%s' is not a per-CPU map", tab->table->map.name);
	tab->cpus = (enum cpu_mode)place;
	tab_columns(tab);
	return 0;
}

static void get_raw(const struct tab *tab, struct buf *out)
{
	add_word(switch_words, tab->is_raw, out);
}

static int set_raw(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(switch_words, text, err);

	if (place < 0)
		return place;
	tab->is_raw = place == 1;
	tab_columns(tab);
	return 0;
}

static void get_bars(const struct tab *tab, struct buf *out)
{
	add_word(switch_words, tab->shows_bars, out);
}

static int set_bars(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(switch_words, text, err);

	if (place < 0)
		return place;
	return tab_show_bars(tab, place == 1, err);
}

static void get_group(const struct tab *tab, struct buf *out)
{
	if (tab->group)
		buf_adds(out, group_by(tab->group));
}

static const char *const width_words[] = {"bytes", "1", "2", "4", "8", NULL};

static void get_words(const struct tab *tab, struct buf *out)
{
	if (plan_word_bytes(&tab->table->plan))
		buf_addu(out, plan_word_bytes(&tab->table->plan));
}

static int set_words(struct tab *tab, const char *text, struct err *err)
{
	int place = word_of(width_words, text, err);

	if (place < 0)
		return place;
	return tab_set_words(tab, place ? 1u << (place - 1) : 0, err);
}

/* -- checks -- */

static int check_query(const struct tab *tab, const char *text, struct err *err)
{
	struct query *query = NULL;
	int r = *text ? query_compile(text, tab->table, &query, err) : 0;

	query_free(query);
	return r;
}

static int check_columns(const struct tab *tab, const char *text, struct err *err)
{
	struct column columns[TAB_MAX_COLUMNS];
	int n = *text ? table_columns_named(tab->table, text, columns, TAB_MAX_COLUMNS, err) : 0;

	return MIN_OF(n, 0);
}

static int check_sort(const struct tab *tab, const char *text, struct err *err)
{
	return view_sort_check(tab->table, text, err);
}

static int check_group(const struct tab *tab, const char *text, struct err *err)
{
	return group_check(tab->table, text, err);
}

static int check_group_filter(const struct tab *tab, const char *text, struct err *err)
{
	if (tab->groups)
		return check_query(tab->groups, text, err);
	return *text ? no_groups(err) : 0;
}

static int check_smooth(const struct tab *tab, const char *text, struct err *err)
{
	uint64_t tau_ns;

	(void)tab;
	return smooth_read(text, &tau_ns, err);
}

int setting_check(const struct setting *setting, const struct tab *tab, const char *text,
		  struct err *err)
{
	if (setting->words)
		return MIN_OF(word_of(setting->words, text, err), 0);
	return setting->check ? setting->check(tab, text, err) : 0;
}

/* In the order in which they are restored: words make the columns that the others are of, and groups have columns
 * and an order of their own. */
static const struct setting settings[] = {
	{SETTING_WORDS, "bytes, 1, 2, 4 or 8: of keys and values without a layout", get_words,
	 set_words, SETTING_OF_MAP, width_words},
	{"smooth", "10s: sorts by smoothed rates; or off", get_smooth, set_smooth, SETTING_OF_MAP,
	 NULL, check_smooth},
	{"filter", "proto == tcp and packets.rate > 1k", get_filter, set_filter, SETTING_OF_ROWS,
	 NULL, check_query},
	{"group", "proto, or saddr/24", get_group, tab_group, SETTING_OF_MAP, NULL, check_group},
	{"group-filter", "count > 9: of groups", get_group_filter, set_group_filter, SETTING_OF_MAP,
	 NULL, check_group_filter},
	{"columns", "saddr,dport:dec,packets.rate", get_columns, set_columns, SETTING_OF_SEEN, NULL,
	 check_columns},
	{"widths", "of the columns chosen: 20,0,8", get_widths, set_widths, SETTING_OF_SEEN, NULL},
	{"alert", "packets.rate > 1M", get_alert, set_alert, SETTING_OF_SEEN, NULL, check_query},
	{"sort", "-packets.rate,saddr", get_sort, set_sort, SETTING_OF_SEEN, NULL, check_sort},
	{"values", "both, rate, delta, total or base", get_values, set_values, SETTING_OF_SEEN,
	 value_words},
	{"cpus", "sum, max, skew, each or heat", get_cpus, set_cpus, SETTING_OF_SEEN, cpu_words},
	{"hide", "none, zero or idle", get_hide, set_hide, SETTING_OF_SEEN, hide_words},
	{"trend", "on or off", get_trend, set_trend, SETTING_OF_SEEN, switch_words},
	{"bars", "on or off", get_bars, set_bars, SETTING_OF_SEEN, switch_words},
	{"stacks", "what counts them: samples:ustack+kstack samples.rate", get_stacks,
	 tab_set_stacks, SETTING_OF_MAP, NULL},
	{"raw", "on or off", get_raw, set_raw, SETTING_OF_SEEN, switch_words},
};

_Static_assert(ARRAY_LEN(settings) <= SETTINGS_MOST, "a setting that is not kept");

void settings_release(struct settings *kept)
{
	for (unsigned i = 0; i < SETTINGS_MOST; i++) {
		buf_release(&kept->of_rows[i]);
		buf_release(&kept->of_groups[i]);
	}
}

int settings_keep(const struct tab *tab, struct settings *out)
{
	bool failed = false;

	for (unsigned i = 0; i < ARRAY_LEN(settings); i++) {
		settings[i].get(tab, &out->of_rows[i]);
		if (tab->groups && settings[i].of == SETTING_OF_SEEN)
			settings[i].get(tab->groups, &out->of_groups[i]);
		failed |= out->of_rows[i].failed || out->of_groups[i].failed;
	}
	return failed ? -ENOMEM : 0;
}

/* Those of the rows first, among which groups are made. */
void settings_restore(struct tab *tab, const struct settings *kept)
{
	struct err ignored = {0};

	for (unsigned i = 0; i < ARRAY_LEN(settings); i++)
		if (kept->of_rows[i].len)
			settings[i].set(tab, buf_text(&kept->of_rows[i]), &ignored);
	for (unsigned i = 0; tab->groups && i < ARRAY_LEN(settings); i++)
		if (kept->of_groups[i].len)
			settings[i].set(tab->groups, buf_text(&kept->of_groups[i]), &ignored);
}

void settings_drop(struct settings *kept, const struct setting *setting)
{
	buf_clear(&kept->of_rows[setting - settings]);
	buf_clear(&kept->of_groups[setting - settings]);
}

struct tab *setting_tab(const struct setting *setting, struct tab *tab)
{
	return setting->of == SETTING_OF_SEEN ? tab_seen(tab) : tab;
}

const struct setting *setting_at(unsigned i)
{
	return i < ARRAY_LEN(settings) ? &settings[i] : NULL;
}

const struct setting *setting_named(const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}
