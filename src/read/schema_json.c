/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Nothing is taken for something else: numbers are whole and in range, texts are texts. */
#include "read/schema_json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "read/schema_node.h"

/* Up to here a double is sure of every whole number. */
#define EXACT_MAX 9007199254740992.0

int schema_refuse(const struct schema_reader *reader, const char *fmt, ...)
{
	SCOPED(buf) words = {0}, tame = {0};
	va_list args;

	buf_addf(&words, "schema '%s', ", reader->schema->name);
	if (reader->side)
		buf_addf(&words, "%s of ", reader->side);
	if (reader->map)
		buf_addf(&words, "map '%s': ", reader->map);
	va_start(args, fmt);
	buf_vaddf(&words, fmt, args);
	va_end(args);
	utf8_tame(&tame, buf_text(&words), words.len);
	return err_set(reader->err, -EINVAL, "%s", buf_text(&tame));
}

int schema_no_memory(const struct schema_reader *reader)
{
	return err_set(reader->err, -ENOMEM, "out of memory for schema '%s'", reader->schema->name);
}

int schema_only(const struct schema_reader *reader, const cJSON *object, const char *subject,
		const char *const *names)
{
	for (const cJSON *item = object->child; item; item = item->next) {
		size_t i = 0;

		while (names[i] && strcmp(item->string, names[i]) != 0)
			i++;
		if (!names[i])
			return schema_refuse(reader,
					     "'%s' has a member \"%s\", which means nothing",
					     subject, item->string);
	}
	return 0;
}

bool schema_whole(const cJSON *item, int64_t *out)
{
	const char *text = cJSON_GetStringValue(item);
	uint64_t size;

	if (cJSON_IsNumber(item)) {
		double n = item->valuedouble;

		if (!(fabs(n) <= EXACT_MAX) || n != trunc(n))
			return false;
		*out = (int64_t)n;
		return true;
	}
	if (!text || num_u64(text + (*text == '-'), &size) < 0)
		return false;
	*out = (int64_t)(*text == '-' ? -size : size);
	return true;
}

int schema_count(const struct schema_reader *reader, const cJSON *object, const char *name,
		 const char *subject, uint32_t most, uint32_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	int64_t n;

	if (!item)
		return 0;
	if (!schema_whole(item, &n) || n < 0 || n > (int64_t)most)
		return schema_refuse(reader, "\"%s\" of '%s' is no whole number from 0 to %u", name,
				     subject, most);
	*out = (uint32_t)n;
	return 1;
}

int schema_text(const struct schema_reader *reader, const cJSON *object, const char *name,
		const char *subject, const char **out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	if (!item)
		return 0;
	if (!cJSON_IsString(item))
		return schema_refuse(reader, "\"%s\" of '%s' is not a text", name, subject);
	*out = item->valuestring;
	return 1;
}

int schema_truth(const struct schema_reader *reader, const cJSON *object, const char *name,
		 const char *subject, bool *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	if (!item)
		return 0;
	if (!cJSON_IsBool(item))
		return schema_refuse(reader, "\"%s\" of '%s' is neither true nor false", name,
				     subject);
	*out = cJSON_IsTrue(item);
	return 1;
}
