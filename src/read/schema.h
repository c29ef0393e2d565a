/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Layouts that a person writes down, as JSON:
 *
 * {"maps": {"flows": {
 *     "key":   [{"name": "saddr", "type": "u32", "format": "ip4"},
 *               {"name": "pad", "type": "u32", "hide": true}],
 *     "value": [{"name": "packets", "type": "u64"},
 *               {"name": "flags", "type": "u8", "values": {"SYN": 1, "ACK": 2}, "format": "flags"},
 *               {"name": "times", "offset": 16, "count": 4, "fields": [...]}],
 *     "fold":  {"cpus": 4, "order": "key-cpu"}}}}
 *
 * Fields stand one behind the other without padding; "offset" (bytes from the start of the struct around
 * it) says otherwise. Fields of the same "type" with "shift" and "mask", or "bits", share words of that
 * type. "union" instead of "fields" puts all members at the start. A key or value that is one bare number
 * is written as its type: "key": "u32". Maps of global variables have "variables" instead of "value". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct map;
struct plan;
struct schema;
struct schema_map;

enum { SCHEMA_MAX_BYTES = 4 << 20 };

/* Reads and checks the whole file, whatever maps there are. 0, or -errno with a sentence that names the
 * map and the field. *out is the caller's. */
int schema_load(const char *path, struct schema **out, struct err *err);
/* The same of text[0..len); name is what sentences call it. */
int schema_parse(const char *name, const char *text, size_t len, struct schema **out,
		 struct err *err);
void schema_free(struct schema *schema); /* NULL is fine */

/* *out is what it says of that map, NULL: nothing. A name that the kernel cut after 15 bytes is found by its
 * start, and by the sizes where several start so; -EINVAL where two of those have them. */
int schema_find(const struct schema *schema, const struct map *map, const struct schema_map **out,
		struct err *err);
/* Adds the names of its maps, ", " between them. */
void schema_names(const struct schema *schema, struct buf *out);

/* Compiles the layout. 0; -EINVAL where it doesn't fit the map's sizes (the sentence names both and the
 * field where they part); -ENOMEM. A side that the schema leaves out is bytes, or an array's index. */
int schema_plan(const struct schema_map *entry, const struct map *map, struct plan *out,
		struct err *err);

/* Makes room in the rows of a ring buffer that is to be read for records as long as the schema has them. */
void schema_size_rows(const struct schema_map *entry, struct map *map);

/* An array whose index is a key and a CPU. */
struct schema_fold {
	uint32_t n_cpus;
	bool is_cpu_major; /* index = cpu * n_keys + key, else key * n_cpus + cpu */
};
const struct schema_fold *schema_fold_of(const struct schema_map *entry); /* NULL: none */

struct schema_layout {
	const struct map *map;
	const struct plan *plan;
	const struct schema_fold *fold; /* that it is read through; NULL: none */
};
/* Adds the layouts as a schema that reads back as the same plans; of maps of one name the first. */
void schema_write(const struct schema_layout *layouts, size_t n, struct buf *out);
