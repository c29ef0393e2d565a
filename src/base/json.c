/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A comma stands before everything but the first thing in its bracket and what follows a name.
 *
 * What is not tame on a terminal is written as \uNNNN although JSON would allow it raw: the output of a
 * dump is looked at, too. */
#include "base/json.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

void json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

/* Before every item; at the top level items are separate documents, parted by their writer. */
static void begin_item(struct json *json)
{
	if (json->needs_comma)
		buf_addc(json->out, ',');
	json->needs_comma = json->depth > 0;
}

void json_open(struct json *json, char bracket)
{
	begin_item(json);
	buf_addc(json->out, bracket);
	json->depth++;
	json->needs_comma = false;
}

void json_close(struct json *json, char bracket)
{
	buf_addc(json->out, bracket);
	json->depth--;
	json->needs_comma = json->depth > 0;
}

static void add_unit(struct buf *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";

	buf_add(out,
		(char[]){'\\', 'u', digits[unit >> 12], digits[unit >> 8 & 15],
			 digits[unit >> 4 & 15], digits[unit & 15]},
		6);
}

static void add_escape(struct buf *out, uint32_t point)
{
	static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
				       ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

	if (point < sizeof(letters) && letters[point]) {
		buf_add(out, (char[]){'\\', letters[point]}, 2);
	} else if (point < 0x10000) {
		add_unit(out, point);
	} else {
		add_unit(out, 0xd800 + ((point - 0x10000) >> 10));
		add_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
	}
}

static size_t plain_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= ' ' && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

static void quote(struct buf *out, const char *text, size_t len, bool double_backslash)
{
	buf_addc(out, '"');
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t point;

		n = plain_run(text + i, len - i);
		if (n) {
			buf_add(out, text + i, n);
			continue;
		}
		n = utf8_next(text + i, len - i, &point);
		if (point == UINT32_MAX)
			buf_addf(out, "\\\\x%02x", (unsigned char)text[i]);
		else if (point == '\\' && double_backslash)
			buf_adds(out, "\\\\\\\\");
		else if (point == '"' || point == '\\' || !utf8_is_tame(point))
			add_escape(out, point);
		else
			buf_add(out, text + i, n);
	}
	buf_addc(out, '"');
}

void json_quote(struct buf *out, const char *text, size_t len)
{
	quote(out, text, len, true);
}

void json_name(struct json *json, const char *name)
{
	begin_item(json);
	quote(json->out, name, strlen(name), false);
	buf_addc(json->out, ':');
	json->needs_comma = false;
}

void json_text(struct json *json, const char *text)
{
	begin_item(json);
	quote(json->out, text, strlen(text), false);
}

void json_bytes(struct json *json, const char *text, size_t len)
{
	begin_item(json);
	quote(json->out, text, len, true);
}

void json_uint(struct json *json, uint64_t n)
{
	begin_item(json);
	buf_addu(json->out, n);
}

void json_int(struct json *json, int64_t n)
{
	begin_item(json);
	buf_addi(json->out, n);
}

void json_real(struct json *json, double x)
{
	begin_item(json);
	if (!isfinite(x)) {
		buf_adds(json->out, "null");
		return;
	}
	num_exact(json->out, x);
	/* As a whole number it would lose its sign. */
	if (x == 0 && signbit(x))
		buf_adds(json->out, ".0");
}

void json_bool(struct json *json, bool is_true)
{
	begin_item(json);
	buf_adds(json->out, is_true ? "true" : "false");
}

void json_null(struct json *json)
{
	begin_item(json);
	buf_adds(json->out, "null");
}

void json_member_text(struct json *json, const char *name, const char *text)
{
	json_name(json, name);
	json_text(json, text);
}

void json_member_uint(struct json *json, const char *name, uint64_t n)
{
	json_name(json, name);
	json_uint(json, n);
}

void json_member_real(struct json *json, const char *name, double x)
{
	json_name(json, name);
	json_real(json, x);
}

void json_member_bool(struct json *json, const char *name, bool is_true)
{
	json_name(json, name);
	json_bool(json, is_true);
}

void json_raw(struct json *json, const char *text, size_t len)
{
	begin_item(json);
	buf_add(json->out, text, len);
}

void json_list_open(struct json *json, bool is_lines)
{
	if (!is_lines)
		json_open(json, '[');
}

void json_list_next(struct json *json, bool is_lines)
{
	if (is_lines)
		buf_addc(json->out, '\n');
}

void json_list_close(struct json *json, bool is_lines)
{
	if (is_lines)
		return;
	json_close(json, ']');
	buf_addc(json->out, '\n');
}
