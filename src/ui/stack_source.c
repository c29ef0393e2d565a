/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What counts stacks. A map of them doesn't say how often each was met; another map does whose rows name
 * stacks by their ids, in a field that is called after stacks or that somebody named. A row that names one of user
 * space and one of the kernel means both together, the kernel's inside of the other. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "ui/stacks.h"

#define ROWS "rows" /* the word for: each counts as one */

enum { MOST_FIELDS = 8, MOST_CHOICES = MOST_FIELDS + 1 };

/* -- what there is to choose from ------------------------------------------------------------------------ */

/* A whole number of 32 or 64 bits. */
static bool can_be_id(const struct field *field)
{
	return field_is_integer(field) && !field->in_array && field->size >= 4 &&
	       !field->is_bitfield;
}

static bool is_of_kernel(const struct field *field)
{
	return strstr(field->name, "kern") || field->name[0] == 'k';
}

static unsigned fields_of_ids(const struct plan *plan, const struct field *fields[MOST_FIELDS])
{
	unsigned n = 0;

	for (uint32_t i = 0; i < plan->n_fields && !plan->is_variables && n < MOST_FIELDS; i++)
		if (can_be_id(&plan->fields[i]) && strstr(plan->fields[i].name, "stack"))
			fields[n++] = &plan->fields[i];
	return n;
}

static bool names_id(const struct stack_source *source, const struct field *field)
{
	for (unsigned i = 0; i < source->n_ids; i++)
		if (source->ids[i] == field)
			return true;
	return false;
}

static bool can_count(const struct stack_source *source, const struct field *field)
{
	return field->in_value && !field->in_array && field_is_counter(field) &&
	       !names_id(source, field);
}

/* The first counter, if there is one. */
static void choose_counts(struct stack_source *source)
{
	const struct plan *plan = &source->table->plan;

	source->has_counts = false;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields && !source->has_counts; i++)
		if (can_count(source, &plan->fields[i])) {
			source->counts =
				(struct column){.derive = DERIVE_TOTAL, .field = &plan->fields[i]};
			source->has_counts = true;
		}
}

static void add_choice(const struct table *table, const struct field *outer,
		       const struct field *inner, struct stack_source *choices, unsigned *n)
{
	struct stack_source *made = &choices[(*n)++];

	*made = (struct stack_source){
		.table = table, .ids = {outer, inner}, .n_ids = inner ? 2 : 1};
	choose_counts(made);
}

/* Both stacks of a row together, then each alone. */
static unsigned choices_of(const struct table *table, struct stack_source choices[MOST_CHOICES])
{
	const struct field *fields[MOST_FIELDS], *kernel = NULL, *user = NULL;
	unsigned n_fields = fields_of_ids(&table->plan, fields), n = 0;

	for (unsigned i = n_fields; i-- > 0;)
		*(is_of_kernel(fields[i]) ? &kernel : &user) = fields[i];
	if (kernel && user)
		add_choice(table, user, kernel, choices, &n);
	for (unsigned i = 0; i < n_fields; i++)
		add_choice(table, fields[i], NULL, choices, &n);
	return n;
}

static bool is_same(const struct stack_source *a, const struct stack_source *b)
{
	return a->table == b->table && memcmp(a->ids, b->ids, sizeof(a->ids)) == 0;
}

/* The choice behind that one, or the first. false: there is none. */
static bool choice_behind(const struct screen *screen, const struct tab *stacks,
			  const struct stack_source *source, struct stack_source *out)
{
	struct stack_source choices[MOST_CHOICES];
	bool has_first = false, was_met = false;

	for (size_t i = 0; i < screen->n_tabs; i++) {
		const struct tab *tab = screen->tabs[i];
		unsigned n =
			tab == stacks || tab_has_stacks(tab) ? 0 : choices_of(tab->table, choices);

		for (unsigned j = 0; j < n; j++) {
			if (was_met || !has_first)
				*out = choices[j];
			if (was_met)
				return true;
			has_first = true;
			was_met = source && is_same(&choices[j], source);
		}
	}
	return has_first;
}

bool stack_source_next(const struct screen *screen, const struct tab *stacks,
		       struct stack_source *source)
{
	struct stack_source next = {0};

	if (!choice_behind(screen, stacks, source, &next) || is_same(&next, source))
		return false;
	if (next.table == source->table) {
		next.counts = source->counts;
		next.has_counts = source->has_counts;
	}
	*source = next;
	return true;
}

/* The total of each counter, its rate, and at last rows. */
bool stack_source_next_counts(struct stack_source *source)
{
	const struct plan *plan = &source->table->plan;
	const struct field *was = source->has_counts ? source->counts.field : NULL;
	struct stack_source first = *source;

	if (was && source->counts.derive == DERIVE_TOTAL) {
		source->counts.derive = DERIVE_RATE;
		return true;
	}
	choose_counts(&first);
	if (!was || !first.has_counts) {
		*source = first;
		return first.has_counts;
	}
	for (const struct field *field = was + 1; field < plan->fields + plan->n_fields; field++)
		if (can_count(source, field)) {
			source->counts = (struct column){.derive = DERIVE_TOTAL, .field = field};
			return true;
		}
	source->has_counts = false;
	return true;
}

/* -- as text ----------------------------------------------------------------------------------------------- */

void stack_source_text(const struct stack_source *source, struct buf *out)
{
	buf_addf(out, "%s:", source->table->map.name);
	for (unsigned i = 0; i < source->n_ids; i++) {
		buf_adds(out, i ? "+" : "");
		plan_name(&source->table->plan, source->ids[i], out);
	}
	buf_addc(out, ' ');
	if (source->has_counts)
		table_column_name(source->table, &source->counts, out);
	else
		buf_adds(out, ROWS);
}

/* The text, in its parts. */
struct wish {
	const char *map, *ids[STACK_MOST_IDS], *counts;
	size_t map_len, ids_len[STACK_MOST_IDS], counts_len; /* map 0: any */
	unsigned n_ids;
};

static int read_wish(const char *text, struct wish *out, struct err *err)
{
	size_t word = strcspn(text, " "), blanks = strspn(text + word, " ");
	const char *colon = memchr(text, ':', word), *at = colon ? colon + 1 : text;

	*out = (struct wish){.map = text, .counts = text + word + blanks};
	out->map_len = colon ? (size_t)(colon - text) : 0;
	out->counts_len = strcspn(out->counts, " ");
	do {
		size_t len = strcspn(at, "+ ");

		if (!len || out->n_ids == STACK_MOST_IDS)
			return err_at(err, (int)(at - text) + 1,
				      "expected a field with ids of stacks, or two: ustack+kstack");
		out->ids[out->n_ids] = at;
		out->ids_len[out->n_ids++] = len;
		at += len;
	} while (*at++ == '+');
	if (out->counts[out->counts_len])
		return err_at(err, (int)(out->counts - text) + (int)out->counts_len + 1,
			      "expected one column that counts, or " ROWS);
	return 0;
}

/* true: the table has what is wished for. */
static bool fulfil(const struct wish *wish, const struct table *table, struct stack_source *out)
{
	if (wish->map_len && (strlen(table->map.name) != wish->map_len ||
			      memcmp(table->map.name, wish->map, wish->map_len) != 0))
		return false;
	*out = (struct stack_source){.table = table, .n_ids = wish->n_ids};
	for (unsigned i = 0; i < wish->n_ids; i++) {
		out->ids[i] = plan_find(&table->plan, wish->ids[i], wish->ids_len[i], NULL);
		if (!out->ids[i] || !can_be_id(out->ids[i]))
			return false;
	}
	choose_counts(out);
	if (!wish->counts_len)
		return true;
	out->has_counts = wish->counts_len != strlen(ROWS) ||
			  memcmp(wish->counts, ROWS, wish->counts_len) != 0;
	return !out->has_counts || (table_column_named(table, wish->counts, wish->counts_len,
						       &out->counts, NULL) == 0 &&
				    column_is_numeric(&out->counts));
}

int stack_source_find(const struct screen *screen, const struct tab *stacks, const char *text,
		      struct stack_source *out, struct err *err)
{
	struct wish wish;

	*out = (struct stack_source){0};
	if (!*text)
		return choice_behind(screen, stacks, NULL, out) ? 0 : -ENOENT;
	for (size_t i = 0; read_wish(text, &wish, NULL) == 0 && i < screen->n_tabs; i++)
		if (!tab_has_stacks(screen->tabs[i]) && fulfil(&wish, screen->tabs[i]->table, out))
			return 0;
	*out = (struct stack_source){0};
	return err_set(err, -ENOENT, "no map is open that has '%s'", text);
}

int tab_set_stacks(struct tab *tab, const char *text, struct err *err)
{
	struct wish wish;

	if (*text && !tab_has_stacks(tab))
		return err_at(err, 1, "'%s' is not a map of stacks", tab->table->map.name);
	if (*text && read_wish(text, &wish, err) < 0)
		return -EINVAL;
	buf_clear(&tab->stacks_by);
	buf_adds(&tab->stacks_by, text);
	return 0;
}

/* -- keys ---------------------------------------------------------------------------------------------------- */

/* What it is now, in the tree that is seen; false: none is, or nothing counts. */
static bool source_seen(struct screen *screen, struct stack_source *out)
{
	const struct tab *tab = front_tab(screen);

	if (screen->overlay != OVERLAY_STACKS || !tab) {
		screen_say(screen, true, "Enter on a map of stacks shows them as a tree first");
		return false;
	}
	if (stack_source_find(screen, tab, buf_text(&tab->stacks_by), out, NULL) == 0)
		return true;
	if (choice_behind(screen, tab, NULL, out))
		return true;
	screen_say(screen, true, "no map is open that counts by stack id; o opens one");
	return false;
}

static struct intent take(struct screen *screen, const struct stack_source *source)
{
	struct tab *tab = front_tab(screen);

	buf_clear(&tab->stacks_by);
	stack_source_text(source, &tab->stacks_by);
	screen_say(screen, false, "stacks by %s", buf_text(&tab->stacks_by));
	return nothing();
}

ACTION(act_stack_ids)
{
	struct stack_source source;

	if (!source_seen(screen, &source))
		return nothing();
	if (stack_source_next(screen, front_tab(screen), &source))
		return take(screen, &source);
	screen_say(screen, false, "no other field is called after stacks; :stacks FIELD takes any");
	return nothing();
}

ACTION(act_stack_counts)
{
	struct stack_source source;

	if (!source_seen(screen, &source))
		return nothing();
	if (stack_source_next_counts(&source))
		return take(screen, &source);
	screen_say(screen, false, "'%s' has no counter: each row counts as one",
		   source.table->map.name);
	return nothing();
}
