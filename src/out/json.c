/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading as one JSON object, or an entry a line. Both write entries the same way; they differ in what
 * stands around them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/tidy.h"
#include "model/table.h"
#include "out/entry.h"
#include "out/out.h"
#include "out/pieces.h"
#include "out/walk.h"
#include "query/alert.h"
#include "query/view.h"

/* -- entries -- */

struct entries {
	const struct table *table;
	const struct out_job *job;
	struct entry_writer writer; /* of whole entries */
	struct column *rates;	    /* owned; the counters whose rates a stream adds */
	size_t n_rates;
	struct buf text;	/* scratch */
	bool are_lines;		/* each says of which map it is */
	const struct buf *head; /* of a line; borrowed */
};

static void entries_release(struct entries *entries)
{
	entry_writer_release(&entries->writer);
	buf_release(&entries->text);
	free(entries->rates);
}

static int list_rates(struct entries *entries)
{
	const struct plan *plan = &entries->table->plan;

	entries->rates = calloc(plan->n_fields + 1, sizeof(*entries->rates));
	if (!entries->rates)
		return -ENOMEM;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (table_counts(entries->table, field) && !field->in_array)
			entries->rates[entries->n_rates++] =
				(struct column){.derive = DERIVE_RATE, .field = field};
	}
	return 0;
}

static int entries_init(struct entries *entries, const struct table *table,
			const struct out_job *job)
{
	int r = entry_writer_init(&entries->writer, table,
				  job->is_formatted ? LEAF_FORMATTED : LEAF_PLAIN);

	entries->table = table;
	entries->job = job;
	return !r && job->is_stream ? list_rates(entries) : r;
}

/* Numbers stay numbers; what people know by a name or an address is written so. */
static void write_cell(struct entries *entries, size_t row, const struct column *column,
		       struct json *json)
{
	const struct val val = table_cell(entries->table, row, column);
	bool is_named = column->field && column->field->kind == FIELD_ENUM;
	bool is_whole = column->derive == DERIVE_TOTAL || column->derive == DERIVE_KEY ||
			column->derive == DERIVE_VALUE;

	/* What has several fields is no value itself, and still has a text. */
	if (val.kind == VAL_UNKNOWN && !is_whole) {
		json_null(json);
		return;
	}
	buf_clear(&entries->text);
	if (val_is_number(&val) && !is_named && !entries->job->is_formatted) {
		leaf_val(&val, &entries->text);
		json_raw(json, buf_text(&entries->text), entries->text.len);
		return;
	}
	table_text(entries->table, row, column,
		   entries->job->is_formatted ? PRINT_NAMED : PRINT_EXACT, &entries->text);
	if (val.kind == VAL_UNKNOWN && strcmp(buf_text(&entries->text), "-") == 0)
		json_null(json);
	else
		json_text(json, buf_text(&entries->text));
}

/* Every entry has a member of that name already. */
static bool is_taken(const struct entries *entries, const char *name)
{
	const struct out_job *job = entries->job;
	const struct {
		const char *name;
		bool is_there;
	} names[] = {
		{"map", entries->are_lines},   {"id", entries->are_lines},
		{"total", entries->are_lines}, {"at", entries->are_lines && job->is_stream},
		{"state", job->is_stream},     {"alert", job->alert != NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].is_there && strcmp(names[i].name, name) == 0)
			return true;
	return false;
}

/* A field whose name is taken says which side it is of. */
static void write_selected(struct entries *entries, size_t row, struct json *json)
{
	for (size_t i = 0; i < entries->job->n_columns; i++) {
		const struct column *column = &entries->job->columns[i];

		if (column->derive == DERIVE_STATE && entries->job->is_stream)
			continue;
		buf_clear(&entries->text);
		table_column_name(entries->table, column, &entries->text);
		if (is_taken(entries, buf_text(&entries->text))) {
			buf_clear(&entries->text);
			buf_adds(&entries->text, column_in_key(column) ? "key." : "value.");
			table_column_name(entries->table, column, &entries->text);
		}
		json_name(json, buf_text(&entries->text));
		write_cell(entries, row, column, json);
	}
}

static void write_state(struct entries *entries, size_t row, struct json *json)
{
	const char *name = row_state_names[table_state(entries->table, row)];

	json_name(json, "state");
	if (name)
		json_text(json, name);
	else
		json_null(json);
}

/* Of a variable map a row has one field, its own. */
static bool has_field(const struct table *table, size_t row, const struct field *field)
{
	const struct plan *plan = &table->plan;
	uint32_t i = (uint32_t)(field - plan->fields);

	if (!plan->is_variables)
		return true;
	return i >= plan->variables[row] &&
	       i <= plan->variables[row] + plan->fields[plan->variables[row]].n_below;
}

static void write_rates(struct entries *entries, size_t row, struct json *json)
{
	json_name(json, "rate");
	json_open(json, '{');
	for (size_t i = 0; i < entries->n_rates; i++) {
		const struct column *column = &entries->rates[i];

		if (!has_field(entries->table, row, column->field))
			continue;
		json_name(json, column->field->path);
		write_cell(entries, row, column, json);
	}
	json_close(json, '}');
}

static void write_shares(struct entries *entries, size_t row, struct json *json)
{
	const struct plan *plan = &entries->table->plan;

	json_name(json, "share");
	json_open(json, '{');
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct column column = {.derive = DERIVE_SHARE, .field = &plan->fields[i]};

		json_name(json, plan->fields[i].path);
		write_cell(entries, row, &column, json);
	}
	json_close(json, '}');
}

/* What stands between the braces of an entry; the json's bracket is open. */
static void write_entry(struct entries *entries, size_t row, struct json *json)
{
	const struct alert *alert = entries->job->alert;

	if (alert) {
		json_member_bool(json, "alert", alert_marks(alert, entries->table, row));
	}
	if (entries->job->is_stream)
		write_state(entries, row, json);
	if (entries->job->is_selected) {
		write_selected(entries, row, json);
		return;
	}
	if (json->needs_comma)
		buf_addc(json->out, ',');
	entry_write(&entries->writer, row, json->out);
	json->needs_comma = true;
	if (entries->job->groups)
		write_shares(entries, row, json);
	if (entries->job->is_stream)
		write_rates(entries, row, json);
}

/* What is more than the entry itself, or told by names, uses what two threads would share. */
static bool takes_two(const struct out_job *job)
{
	return job->takes_two && !job->is_formatted && !job->is_selected && !job->is_stream &&
	       !job->alert && !job->groups;
}

/* write: with entries, or by two threads with entries of their own each. */
static int write_rows(struct entries *entries, struct walk *walk, row_fn *write,
		      const struct out_sink *sink)
{
	SCOPED(entries) second = {0};
	int r;

	if (!takes_two(entries->job))
		return pieces_write(walk, write, entries, NULL, sink);
	r = entries_init(&second, entries->table, entries->job);
	second.are_lines = entries->are_lines;
	second.head = entries->head;
	return r ? r : pieces_write(walk, write, entries, &second, sink);
}

/* -- the totals of groups -- */

static void write_total(struct entries *entries, const struct column *column, const char *name,
			struct json *json)
{
	struct entries totals = {.table = entries->job->groups->totals, .job = entries->job};
	struct column total;

	if (!out_total_of(entries->table, entries->job, column, &total))
		return;
	json_name(json, name);
	write_cell(&totals, 0, &total, json);
	buf_release(&totals.text);
}

static void write_selected_totals(struct entries *entries, struct json *json)
{
	for (size_t i = 0; i < entries->job->n_columns; i++) {
		const struct column *column = &entries->job->columns[i];
		SCOPED(buf) name = {0};

		table_column_name(entries->table, column, &name);
		write_total(entries, column, buf_text(&name), json);
	}
}

/* As those of an entry: "value":{...},"rate":{...}, or the columns chosen. */
static void write_totals(struct entries *entries, struct json *json)
{
	const struct plan *plan = &entries->table->plan;

	if (entries->job->is_selected) {
		write_selected_totals(entries, json);
		return;
	}
	json_name(json, "value");
	json_open(json, '{');
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		write_total(entries, &(struct column){.field = &plan->fields[i]},
			    plan->fields[i].path, json);
	json_close(json, '}');
	if (!entries->job->is_stream)
		return;
	json_name(json, "rate");
	json_open(json, '{');
	for (size_t i = 0; i < entries->n_rates; i++)
		write_total(entries, &entries->rates[i], entries->rates[i].field->path, json);
	json_close(json, '}');
}

static void write_groups(struct entries *entries, struct json *json)
{
	const struct out_groups *groups = entries->job->groups;

	json_name(json, "groups");
	json_open(json, '{');
	json_member_text(json, "by", groups->by);
	json_member_text(json, "filter", groups->filter);
	json_member_text(json, "group_filter", groups->shown);
	json_member_uint(json, "count", table_n_live(entries->table));
	if (out_has_totals(entries->job)) {
		json_name(json, "total");
		json_open(json, '{');
		write_totals(entries, json);
		json_close(json, '}');
	}
	json_close(json, '}');
}

/* -- one object a reading -- */

/* Of the numbers that have rates: counters have none that falls. */
static void write_natures(const struct table *table, struct json *json)
{
	const struct plan *plan = &table->plan;

	json_open(json, '{');
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		if (plan->fields[i].in_array || !table_counts(table, &plan->fields[i]))
			continue;
		json_member_text(json, plan->fields[i].path,
				 nature_names[nature_of(table, &plan->fields[i])]);
	}
	json_close(json, '}');
}

static void write_member(void *ctx, size_t row, bool is_first, struct buf *out)
{
	struct json json;

	buf_adds(out, is_first ? "\n" : ",\n");
	json_init(&json, out);
	json_open(&json, '{');
	write_entry(ctx, row, &json);
	json_close(&json, '}');
}

static int json_write(struct table *table, struct view *view, const struct out_job *job,
		      const struct out_sink *sink)
{
	struct buf *out = sink->text;
	struct walk walk = {.table = table, .view = view, .job = job};
	SCOPED(entries) entries = {0};
	struct json json;
	int r = entries_init(&entries, table, job);

	if (r)
		return r;
	json_init(&json, out);
	json_open(&json, '{');
	json_name(&json, "map");
	out_map_json(&json, &table->map);
	out_reading_json(&json, out_base(table, job));
	if (job->is_stream) {
		json_name(&json, "natures");
		write_natures(out_base(table, job), &json);
		json_name(&json, "churn");
		out_churn_json(&json, out_base(table, job));
	}
	if (job->groups)
		write_groups(&entries, &json);
	json_name(&json, "entries");
	json_open(&json, '[');
	r = write_rows(&entries, &walk, write_member, sink);
	json_close(&json, ']');
	json_close(&json, '}');
	buf_addc(out, '\n');
	return out->failed ? -ENOMEM : r;
}

const struct out_ops out_json = {
	.name = "json",
	.help = "a reading an object: map, reading, entries",
	.has_totals = true,
	.write = json_write,
};

/* -- an entry a line -- */

/* What every line of a reading begins with, without the closing brace. */
static void write_line_head(const struct table *table, const struct out_job *job, struct buf *out)
{
	SCOPED(buf) at = {0};
	struct json json;

	json_init(&json, out);
	json_open(&json, '{');
	json_member_text(&json, "map", table->map.name);
	json_member_uint(&json, "id", table->map.id);
	if (!job->is_stream)
		return;
	clock_rfc3339(&at, table->current->wall_ns);
	json_member_text(&json, "at", buf_text(&at));
}

static void write_line(void *ctx, size_t row, bool is_first, struct buf *out)
{
	struct entries *entries = ctx;
	struct json json = {.out = out, .needs_comma = true, .depth = 1};

	(void)is_first;
	buf_add(out, entries->head->at, entries->head->len);
	write_entry(entries, row, &json);
	buf_adds(out, "}\n");
}

static int jsonl_write(struct table *table, struct view *view, const struct out_job *job,
		       const struct out_sink *sink)
{
	struct buf *out = sink->text;
	struct walk walk = {.table = table, .view = view, .job = job};
	SCOPED(entries) entries = {0};
	SCOPED(buf) head = {0};
	int r = entries_init(&entries, table, job);

	entries.are_lines = true;
	entries.head = &head;
	write_line_head(table, job, &head);
	if (head.failed)
		r = -ENOMEM;
	if (!r)
		r = write_rows(&entries, &walk, write_line, sink);
	if (!r && out_has_totals(job)) {
		struct json json = {.out = out, .needs_comma = true, .depth = 1};

		buf_add(out, head.at, head.len);
		json_member_bool(&json, "total", true);
		write_totals(&entries, &json);
		buf_adds(out, "}\n");
	}
	return out->failed ? -ENOMEM : r;
}

const struct out_ops out_jsonl = {
	.name = "jsonl",
	.help = "an entry a line; a stream adds time, state and rates",
	.has_totals = true,
	.write = jsonl_write,
};
