// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A metric family is a row: its name, what it means, and what adds its samples for a map. All samples of a
 * family stand together, whatever map they are of, as the format wants it.
 *
 * The text format is that of promtool and the textfile collector, closed by the "# EOF" of OpenMetrics, which
 * is a comment to them. Where OpenMetrics differs is the name of a family whose samples have its type behind
 * it (_total of a counter, _info): no other family may have that name. Facts are gauges to the text format. */
#include "out/prom.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/maptype.h"
#include "out/out.h"
#include "query/view.h"

/* -- samples -- */

static void add_value(struct buf *out, const struct val *val)
{
	double x = val_as_real(val);

	if (val->kind == VAL_UINT)
		buf_addu(out, val->u);
	else if (val->kind == VAL_INT)
		buf_addi(out, val->i);
	else if (isfinite(x))
		num_exact(out, x);
	else
		buf_adds(out, isnan(x) ? "NaN" : x < 0 ? "-Inf" : "+Inf");
	buf_addc(out, '\n');
}

struct samples {
	const char *name; /* of the family */
	const struct prom_map *prom;
	struct buf *out;
};

/* more: labels besides those of the map, each behind a comma. */
static void add_sample(const struct samples *samples, const char *more, struct val val)
{
	buf_addf(samples->out, "%s{%s%s} ", samples->name, samples->prom->labels, more);
	add_value(samples->out, &val);
}

static void add_fields(const struct samples *samples, bool are_counters)
{
	const struct prom_rows *rows = &samples->prom->rows;
	const struct prom_columns *columns = &rows->columns;

	for (size_t i = 0; i < columns->n_fields; i++)
		for (size_t s = 0;
		     s < rows->n_series && columns->fields[i].is_counter == are_counters; s++) {
			const struct prom_series *series = &rows->series[s];

			if (series->values[i].kind == VAL_UNKNOWN || (s && !series->n_rows))
				continue;
			buf_addf(samples->out, "%s{%s,field=%s%s} ", samples->name,
				 samples->prom->labels, columns->fields[i].name, series->labels);
			add_value(samples->out, &series->values[i]);
		}
}

static void field_counters(const struct samples *samples)
{
	add_fields(samples, true);
}

static void field_gauges(const struct samples *samples)
{
	add_fields(samples, false);
}

static void facts(const struct samples *samples)
{
	const char *type = samples->prom->table->map.type->name;
	SCOPED(buf) labels = {0};

	buf_adds(&labels, ",type=");
	prom_quote(&labels, type, strlen(type));
	add_sample(samples, buf_text(&labels), val_uint(1));
}

/* A section of variables is one entry, however many rows it is shown in. */
static void entries(const struct samples *samples)
{
	uint64_t n;

	if (samples->prom->table->plan.is_variables)
		add_sample(samples, "", val_uint(1));
	else if (table_n_in_map(samples->prom->table, &n))
		add_sample(samples, "", val_uint(n));
}

/* What says how many: not that of a ring, which counts bytes, nor that of a storage, which is 0. */
static void max_entries(const struct samples *samples)
{
	const struct table *table = samples->prom->table;

	if (table->map.max_entries && !table->current->ring.size_bytes)
		add_sample(samples, "", val_uint(table->map.max_entries));
}

static void add_ring(const struct samples *samples, uint64_t n)
{
	if (samples->prom->table->current->ring.size_bytes)
		add_sample(samples, "", val_uint(n));
}

static void ring_size(const struct samples *samples)
{
	add_ring(samples, samples->prom->table->current->ring.size_bytes);
}

static void ring_produced(const struct samples *samples)
{
	add_ring(samples, samples->prom->table->current->ring.produced_bytes);
}

static void ring_consumed(const struct samples *samples)
{
	add_ring(samples, samples->prom->table->current->ring.consumed_bytes);
}

static void memory(const struct samples *samples)
{
	uint64_t n = samples->prom->table->map.memory_bytes;

	if (n)
		add_sample(samples, "", val_uint(n));
}

static void new_keys(const struct samples *samples)
{
	add_sample(samples, "", val_uint(samples->prom->table->churn.total_new));
}

static void gone_keys(const struct samples *samples)
{
	add_sample(samples, "", val_uint(samples->prom->table->churn.total_gone));
}

static void returned_keys(const struct samples *samples)
{
	if (samples->prom->table->map.type->is_lru)
		add_sample(samples, "", val_uint(samples->prom->table->churn.returned.n_back));
}

static void followed_keys(const struct samples *samples)
{
	if (samples->prom->table->map.type->is_lru)
		add_sample(samples, "", val_uint(samples->prom->table->churn.returned.n_followed));
}

static void up(const struct samples *samples)
{
	add_sample(samples, "", val_uint(samples->prom->is_up));
}

static void read_seconds(const struct samples *samples)
{
	const struct snap *snap = samples->prom->table->current;

	add_sample(samples, "", val_real((double)(snap->ended_ns - snap->started_ns) / 1e9));
}

static void read_moment(const struct samples *samples)
{
	add_sample(samples, "", val_real((double)samples->prom->table->current->wall_ns / 1e9));
}

static void reads(const struct samples *samples)
{
	static const char *const statuses[] = {
		[PROM_COMPLETE] = "complete", [PROM_PARTIAL] = "partial", [PROM_FAILED] = "failed"};
	_Static_assert(ARRAY_LEN(statuses) == N_PROM_STATUSES, "every status has a name");

	for (size_t i = 0; i < PROM_METHODS && samples->prom->reads[i].method; i++)
		for (size_t k = 0; k < N_PROM_STATUSES; k++) {
			const struct prom_reads *reads = &samples->prom->reads[i];
			SCOPED(buf) labels = {0};

			if (!reads->n[k])
				continue;
			buf_adds(&labels, ",method=");
			prom_quote(&labels, reads->method, strlen(reads->method));
			buf_addf(&labels, ",status=\"%s\"", statuses[k]);
			add_sample(samples, buf_text(&labels), val_uint(reads->n[k]));
		}
}

/* -- families -- */

static const struct family {
	const char *name, *type, *help;
	void (*add)(const struct samples *samples);
	bool is_always; /* also of maps that can't be read */
} families[] = {
	{"bpf_map_info", "info", "What the map is.", facts},
	{"bpf_map_entries", "gauge", "Entries in the map.", entries},
	{"bpf_map_max_entries", "gauge", "Entries that the map has room for.", max_entries},
	{"bpf_map_ring_size_bytes", "gauge", "Bytes that a ring buffer has room for.", ring_size},
	{"bpf_map_ring_produced_bytes_total", "counter",
	 "Bytes that were written into a ring buffer since it was made.", ring_produced},
	{"bpf_map_ring_consumed_bytes_total", "counter",
	 "Bytes that were read out of a ring buffer since it was made.", ring_consumed},
	{"bpf_map_memory_bytes", "gauge", "Memory that the kernel charges for the map.", memory},
	{"bpf_map_new_keys_total", "counter",
	 "Keys that appeared between readings; what came and went between two is not seen.",
	 new_keys},
	{"bpf_map_gone_keys_total", "counter",
	 "Keys that disappeared between readings; what came and went between two is not seen.",
	 gone_keys},
	{"bpf_map_returned_keys_total", "counter",
	 "Followed keys that had gone before: an LRU map evicts what is still in use.",
	 returned_keys},
	{"bpf_map_followed_keys_total", "counter",
	 "New keys that were looked up among those that had gone.", followed_keys},
	{"bpf_map_field_total", "counter", "A counter in the map's values, summed over the CPUs.",
	 field_counters},
	{"bpf_map_field_value", "gauge", "A number in the map's values, summed over the CPUs.",
	 field_gauges},
	{"bpfmaptop_map_up", "gauge", "1 if the map could be read the last time, 0 if not.", up,
	 .is_always = true},
	{"bpfmaptop_read_seconds", "gauge", "How long the last reading took.", read_seconds},
	{"bpfmaptop_read_timestamp_seconds", "gauge", "When the last reading ended, since 1970.",
	 read_moment, .is_always = true},
	{"bpfmaptop_reads_total", "counter", "Readings, by how they were made and ended.", reads,
	 .is_always = true},
};

/* As far as it is the family's, where that isn't its samples'. */
static int name_bytes(const struct family *family, bool is_openmetrics)
{
	static const char *const behind[] = {"_total", "_info"};
	size_t len = strlen(family->name);

	for (size_t i = 0; is_openmetrics && i < ARRAY_LEN(behind); i++) {
		size_t n = strlen(behind[i]);

		if (len > n && strcmp(family->name + len - n, behind[i]) == 0)
			return (int)(len - n);
	}
	return (int)len;
}

static void write_family(const struct family *family, struct prom_map *const *maps, size_t n_maps,
			 bool is_openmetrics, struct buf *out)
{
	size_t before = out->len, head;
	int n = name_bytes(family, is_openmetrics);
	bool is_unknown = !is_openmetrics && strcmp(family->type, "info") == 0;

	buf_addf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", n, family->name, family->help, n,
		 family->name, is_unknown ? "gauge" : family->type);
	head = out->len;
	for (size_t i = 0; i < n_maps; i++) {
		struct samples samples = {family->name, maps[i], out};

		if (maps[i]->table->current->number ? family->is_always || maps[i]->is_up
						    : family->add == up)
			family->add(&samples);
	}
	if (out->len == head)
		buf_cut(out, before);
}

void prom_write(struct prom_map *const *maps, size_t n_maps, bool is_openmetrics, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		write_family(&families[i], maps, n_maps, is_openmetrics, out);
	buf_adds(out, "# EOF\n");
}

/* -- maps -- */

static char *labels_of(const struct map *map)
{
	SCOPED(buf) labels = {0};
	SCOPED(buf) name = {0};

	utf8_tame(&name, map->name, strlen(map->name));
	buf_adds(&labels, "map=");
	prom_quote(&labels, buf_text(&name), name.len);
	buf_addf(&labels, ",id=\"%" PRIu32 "\"", map->id);
	return name.failed || labels.failed ? NULL : strdup(buf_text(&labels));
}

int prom_map_init(struct prom_map *prom, const struct table *table, const struct out_job *job,
		  size_t max_series)
{
	int r;

	*prom = (struct prom_map){
		.table = out_base(table, job),
		.labels = labels_of(&table->map),
	};
	r = prom_rows_init(&prom->rows, table, job, max_series);
	return prom->labels ? r : -ENOMEM;
}

void prom_map_release(struct prom_map *prom)
{
	if (!prom)
		return;
	free(prom->labels);
	prom_rows_release(&prom->rows);
	*prom = (struct prom_map){0};
}

static void count(struct prom_map *prom, const char *method, enum prom_status status)
{
	size_t i = 0;

	while (i + 1 < PROM_METHODS && prom->reads[i].method &&
	       strcmp(prom->reads[i].method, method) != 0)
		i++;
	if (!prom->reads[i].method)
		prom->reads[i].method = method;
	prom->reads[i].n[status]++;
}

int prom_map_take(struct prom_map *prom, struct table *table, struct view *view)
{
	const struct snap *snap = table->current;

	count(prom, snap->method ? snap->method : "none",
	      snap_is_complete(snap) ? PROM_COMPLETE : PROM_PARTIAL);
	prom->is_up = true;
	return prom_rows_take(&prom->rows, table, view);
}

void prom_map_failed(struct prom_map *prom)
{
	count(prom, "none", PROM_FAILED);
	prom->is_up = false;
}

/* -- one reading -- */

static int write_reading(struct table *table, struct view *view, const struct out_job *job,
			 bool is_openmetrics, struct buf *out)
{
	int r = prom_map_take(job->prom, table, view);

	if (r == 0)
		prom_write(&job->prom, 1, is_openmetrics, out);
	return out->failed ? -ENOMEM : r;
}

static int write_prom(struct table *table, struct view *view, const struct out_job *job,
		      const struct out_sink *sink)
{
	return write_reading(table, view, job, false, sink->text);
}

static int write_openmetrics(struct table *table, struct view *view, const struct out_job *job,
			     const struct out_sink *sink)
{
	return write_reading(table, view, job, true, sink->text);
}

const struct out_ops out_prom = {
	.name = "prom",
	.help = "metrics for Prometheus and node_exporter, one document a reading",
	.is_metrics = true,
	.write = write_prom,
};

const struct out_ops out_openmetrics = {
	.name = "openmetrics",
	.help = "the same in strict OpenMetrics 1.0",
	.is_metrics = true,
	.write = write_openmetrics,
};
