/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Members of a schema's objects, each with a sentence for what it should not be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct err;
struct schema;

struct schema_reader {
	struct schema *schema;
	const char *map, *side; /* where we are: "flows", "key" */
	unsigned n_fields, depth;
	struct err *err;
};

/* -EINVAL with "schema 's.json', key of map 'flows': " before the words. */
int schema_refuse(const struct schema_reader *reader, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int schema_no_memory(const struct schema_reader *reader);

/* Refuses members that are not among the names (up to a NULL): a slip of the pen that is ignored would
 * show something else than was meant. */
int schema_only(const struct schema_reader *reader, const struct cJSON *object, const char *subject,
		const char *const *names);

/* A whole number, or one in text such as "0xffffffffffffffff" for what doubles can't hold. */
bool schema_whole(const struct cJSON *item, int64_t *out);

/* 1 with *out set, 0 when there is no such member, or -EINVAL. */
int schema_count(const struct schema_reader *reader, const struct cJSON *object, const char *name,
		 const char *subject, uint32_t most, uint32_t *out);
int schema_text(const struct schema_reader *reader, const struct cJSON *object, const char *name,
		const char *subject, const char **out);
int schema_truth(const struct schema_reader *reader, const struct cJSON *object, const char *name,
		 const char *subject, bool *out);
