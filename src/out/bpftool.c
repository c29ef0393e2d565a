/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `bpftool -j map dump` prints of the same map, so that scripts move over: raw bytes, and where the map
 * has BTF, the entry as its types have it. Where bpftool's own output is no JSON (floats), ours is. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"
#include "out/entry.h"
#include "out/out.h"
#include "out/pieces.h"
#include "out/walk.h"
#include "query/view.h"

struct dump {
	const struct table *table;
	struct entry_writer writer;
	bool has_types; /* bpftool knows no layout but BTF's */
};

static void dump_release(struct dump *dump)
{
	if (dump->has_types)
		entry_writer_release(&dump->writer);
}

static int dump_init(struct dump *dump, const struct table *table)
{
	*dump = (struct dump){.table = table};
	dump->has_types = table->plan.is_typed && !strcmp(table->plan.origin, "btf");
	return dump->has_types ? entry_writer_init(&dump->writer, table, LEAF_BPFTOOL) : 0;
}

static void write_key(const uint8_t *key, size_t size, struct buf *out)
{
	buf_adds(out, "{\"key\":");
	leaf_bytes(out, key, size);
}

/* In the words that bpftool takes from the C library, for numbers that have none there, too. */
static void write_error(int code, struct buf *out)
{
	buf_addf(out, ",\"value\":{\"error\":\"%s\"}}", strerror(-code));
}

static void write_values(const struct map *map, const uint8_t *value, struct buf *out)
{
	size_t stride = map_cpu_stride(map);

	if (!map->type->is_per_cpu) {
		buf_adds(out, ",\"value\":");
		leaf_bytes(out, value, map->value_size);
		return;
	}
	buf_adds(out, ",\"values\":[");
	for (uint32_t cpu = 0; cpu < map->n_cpus; cpu++) {
		buf_adds(out, cpu ? ",{\"cpu\":" : "{\"cpu\":");
		buf_addu(out, cpu);
		buf_adds(out, ",\"value\":");
		leaf_bytes(out, value + cpu * stride, map->value_size);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void write_raw(const struct dump *dump, const uint8_t *key, const uint8_t *value,
		      struct buf *out)
{
	write_key(key, dump->table->map.key_size, out);
	write_values(&dump->table->map, value, out);
	if (dump->has_types)
		buf_adds(out, ",\"formatted\":{");
}

static void end_entry(const struct dump *dump, struct buf *out)
{
	buf_adds(out, dump->has_types ? "}}" : "}");
}

/* All variables are one entry. */
static void write_section(struct dump *dump, struct buf *out)
{
	const struct snap *snap = dump->table->current;
	const char *section = dump->table->map.section;

	write_raw(dump, snap_key(snap, 0), snap_value(snap, 0), out);
	if (dump->has_types)
		entry_write_section(&dump->writer, section ? section : "", out);
	end_entry(dump, out);
}

static void write_entry(void *ctx, size_t row, bool is_first, struct buf *out)
{
	struct dump *dump = ctx;
	int error = dump->table->current->value_error;
	size_t size;
	const uint8_t *key = table_key(dump->table, row, &size);

	if (!is_first)
		buf_addc(out, ',');
	if (error) {
		write_key(key, size, out);
		write_error(error, out);
		return;
	}
	write_raw(dump, key, table_value(dump->table, row, &size), out);
	if (dump->has_types)
		entry_write(&dump->writer, row, out);
	end_entry(dump, out);
}

/* By two threads, where that may be, with a dump of their own each. */
static int write_entries(struct dump *dump, struct walk *walk, const struct out_sink *sink)
{
	SCOPED(dump) second = {0};
	int r = dump_init(&second, dump->table);

	return r ? r
		 : pieces_write(walk, write_entry, dump, walk->job->takes_two ? &second : NULL,
				sink);
}

/* All slots are walked, and of those without an entry it is said what looking them up answers; but what a
 * filter is asked of is entries. */
static bool shows_holes(const struct table *table, const struct view *view,
			const struct out_job *job)
{
	return table->map.type->has_slots && !job->limit && !view->n_keys && !view->filter;
}

static int write_holes(uint32_t *slot, uint32_t end, const struct out_sink *sink)
{
	struct buf *out = sink->text;
	int r = 0;

	for (; !r && *slot < end; ++*slot) {
		buf_adds(out, *slot ? "," : "");
		write_key((const uint8_t *)slot, sizeof(*slot), out);
		write_error(-ENOENT, out);
		r = out_flush(sink);
	}
	return r;
}

/* Where bpftool finds no key there is none, whatever rows we make of such a map. */
static bool has_keys(const struct table *table)
{
	return table->map.type->reading != READS_SPECIAL;
}

static uint32_t slot_of(const struct table *table, size_t row)
{
	uint32_t slot;
	size_t size;

	memcpy(&slot, table_key(table, row, &size), sizeof(slot));
	return slot;
}

/* Entries and holes. */
static int write_slots(struct dump *dump, struct walk *walk, const struct out_sink *sink)
{
	struct buf *out = sink->text;
	uint32_t slot = 0;
	int r = 0;

	while (!r && has_keys(dump->table) && walk_next(walk)) {
		r = write_holes(&slot, slot_of(dump->table, walk->row), sink);
		write_entry(dump, walk->row, slot == 0, out);
		slot++;
		r = r ? r : out_flush(sink);
	}
	return r ? r : write_holes(&slot, dump->table->map.max_entries, sink);
}

static int bpftool_write(struct table *table, struct view *view, const struct out_job *job,
			 const struct out_sink *sink)
{
	struct buf *out = sink->text;
	struct walk walk = {.table = table, .view = view, .job = job};
	SCOPED(dump) dump = {0};
	int r = dump_init(&dump, table);

	if (r < 0)
		return r;
	buf_addc(out, '[');
	if (shows_holes(table, view, job))
		r = write_slots(&dump, &walk, sink);
	else if (has_keys(table) && table->plan.is_variables && walk_next(&walk))
		write_section(&dump, out);
	else if (has_keys(table) && !table->plan.is_variables)
		r = write_entries(&dump, &walk, sink);
	buf_adds(out, "]\n");
	return out->failed ? -ENOMEM : r;
}

const struct out_ops out_bpftool = {
	.name = "bpftool",
	.why_whole = "prints entries as bpftool does",
	.help = "what 'bpftool -j map dump' prints",
	.is_document = true,
	.keys_suffice = true,
	.write = bpftool_write,
};
