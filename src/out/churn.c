/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Turnover as JSON: counts since the first reading, rates of the last one, how old keys were when they
 * went, and the verdict with what it rests on. What isn't known is null. */
#include <math.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/tidy.h"
#include "model/churn.h"
#include "model/table.h"
#include "model/verdict.h"
#include "out/out.h"

static void add_rates(struct json *json, const struct churn *churn)
{
	const struct churn_point *last = churn_point(churn, 0);

	json_member_real(json, "new_per_second", last ? last->new_rate : NAN);
	json_member_real(json, "gone_per_second", last ? last->gone_rate : NAN);
	json_member_real(json, "changed_per_second", last ? last->changed_rate : NAN);
	json_member_real(json, "returned_per_second", last ? last->return_rate : NAN);
	json_member_real(json, "turnover_per_second", churn_turnover(churn));
	json_member_real(json, "mean_life_seconds", churn_mean_life(churn));
}

static void add_deaths(struct json *json, const struct churn *churn)
{
	json_name(json, "age_at_death");
	json_open(json, '[');
	for (unsigned i = 0; i < CHURN_AGES; i++) {
		json_open(json, '{');
		json_member_real(json, "below_seconds", churn_age_end(i));
		json_member_uint(json, "count", churn->deaths[i]);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_member_uint(json, "age_unknown", churn->deaths_unknown);
}

static void add_verdict(struct json *json, const struct verdict *verdict)
{
	SCOPED(buf) text = {0};
	const char *caveat;

	verdict_text(verdict, &text);
	json_name(json, "verdict");
	json_open(json, '{');
	json_member_text(json, "kind", verdict_name(verdict->kind));
	json_member_text(json, "text", buf_text(&text));
	json_member_text(json, "sure", verdict_sure(verdict->sure));
	json_name(json, "caveats");
	json_open(json, '[');
	for (unsigned i = 0; (caveat = verdict_caveat(verdict, i)); i++)
		json_text(json, caveat);
	json_close(json, ']');
	json_member_real(json, "window_seconds", (double)verdict->window_ns / 1e9);
	json_member_uint(json, "looked_up", verdict->n_followed);
	json_member_uint(json, "came_back", verdict->n_back);
	json_member_real(json, "share", verdict->share);
	json_member_real(json, "share_low", verdict->share_low);
	json_member_real(json, "share_high", verdict->share_high);
	json_member_real(json, "followed", verdict->followed);
	json_member_real(json, "working_set", verdict->working_set);
	json_member_bool(json, "at_least", verdict->is_at_least);
	json_close(json, '}');
}

void out_churn_json(struct json *json, const struct table *table)
{
	const struct churn *churn = &table->churn;
	struct verdict verdict;

	verdict_make(table, &verdict);
	json_open(json, '{');
	json_member_real(json, "watched_seconds", (double)churn->watched_ns / 1e9);
	json_member_uint(json, "new", churn->total_new);
	json_member_uint(json, "gone", churn->total_gone);
	json_member_uint(json, "changed", churn->total_changed);
	add_rates(json, churn);
	add_deaths(json, churn);
	add_verdict(json, &verdict);
	json_close(json, '}');
}
