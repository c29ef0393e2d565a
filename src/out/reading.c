/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of a reading itself: when and how it was made, and what it missed. */
#include <math.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/tidy.h"
#include "model/ring.h"
#include "model/snap.h"
#include "model/table.h"
#include "out/out.h"

static void write_notes(const struct snap *snap, struct json *json)
{
	SCOPED(buf) notes = {0};
	const char *at;

	snap_notes(snap, &notes);
	json_open(json, '[');
	for (at = buf_text(&notes); *at;) {
		const char *end = strstr(at, "; ");
		size_t len = end ? (size_t)(end - at) : strlen(at);

		json_bytes(json, at, len);
		at += end ? len + 2 : len;
	}
	json_close(json, ']');
}

static void write_ring_rate(struct json *json, const char *name, double bytes)
{
	json_name(json, name);
	if (isnan(bytes))
		json_null(json);
	else
		json_real(json, bytes);
}

static void write_ring(const struct snap *now, const struct snap *was, struct json *json)
{
	const struct {
		const char *name;
		uint64_t value;
	} facts[] = {
		{"size_bytes", now->ring.size_bytes},
		{"backlog_bytes", ring_backlog_bytes(now)},
		{"produced_bytes", now->ring.produced_bytes},
		{"consumed_bytes", now->ring.consumed_bytes},
		{"ready", now->ring.n_ready},
		{"busy", now->ring.n_busy},
		{"discarded", now->ring.n_discarded},
	};

	if (!now->ring.size_bytes)
		return;
	json_name(json, "ring");
	json_open(json, '{');
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		json_member_uint(json, facts[i].name, facts[i].value);
	}
	write_ring_rate(json, "produced_bytes_per_second", ring_produced_rate(now, was));
	write_ring_rate(json, "consumed_bytes_per_second", ring_consumed_rate(now, was));
	json_close(json, '}');
}

void out_reading_json(struct json *json, const struct table *table)
{
	const struct snap *snap = table->current;
	SCOPED(buf) at = {0};

	clock_rfc3339(&at, snap->wall_ns);
	json_name(json, "reading");
	json_open(json, '{');
	json_member_text(json, "at", buf_text(&at));
	json_member_text(json, "method", snap->method ? snap->method : "none");
	json_member_uint(json, "entries", table_n_live(table));
	json_member_real(json, "seconds", (double)(snap->ended_ns - snap->started_ns) / 1e9);
	json_member_bool(json, "complete", snap_is_complete(snap));
	json_name(json, "notes");
	write_notes(snap, json);
	write_ring(snap, table->previous, json);
	json_close(json, '}');
}
