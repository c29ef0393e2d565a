/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One sorted table says for each code point where its class begins; a binary search answers both what it
 * is wide and whether it may reach a terminal. ASCII, nearly all there is, never gets that far.
 *
 * Points that Unicode hasn't assigned are not tame: nobody knows how wide the terminal draws them, and
 * one column of doubt shifts a whole line. */
#include "base/utf8.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8_classes.h"

#include <string.h>

enum point_class { CLASS_NARROW, CLASS_WIDE, CLASS_ZERO, CLASS_UNTAME };

/* More marks than this upon one letter are there to climb out of their line. */
enum { MARKS_AT_MOST = 3 };

static inline bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f;
}

static enum point_class class_of(uint32_t point)
{
	size_t low = 0, high = ARRAY_LEN(class_starts);

	if (point < 0x7f)
		return point >= ' ' ? CLASS_NARROW : CLASS_UNTAME;
	if (point > 0x10ffff)
		return CLASS_UNTAME;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (class_starts[mid] >> 2 <= point)
			low = mid;
		else
			high = mid;
	}
	return (enum point_class)(class_starts[low] & 3);
}

/* What the lead byte promises: length, its payload bits, and the least point of that length. */
static size_t lead_of(unsigned char lead, uint32_t *bits, uint32_t *least)
{
	if (lead >= 0xc2 && lead < 0xe0) {
		*bits = lead & 0x1fu;
		*least = 0x80;
		return 2;
	}
	if (lead >= 0xe0 && lead < 0xf0) {
		*bits = lead & 0x0fu;
		*least = 0x800;
		return 3;
	}
	if (lead >= 0xf0 && lead < 0xf5) {
		*bits = lead & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t utf8_next(const char *text, size_t len, uint32_t *point)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t bits, least;

	if (at[0] < 0x80) {
		*point = at[0];
		return 1;
	}
	size_t n = lead_of(at[0], &bits, &least);
	*point = UINT32_MAX;
	if (n == 0 || n > len)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 1;
		bits = bits << 6 | (at[i] & 0x3f);
	}
	if (bits < least || bits > 0x10ffff || (bits >= 0xd800 && bits < 0xe000))
		return 1;
	*point = bits;
	return n;
}

int utf8_width(uint32_t point)
{
	static const signed char columns[] = {
		[CLASS_NARROW] = 1, [CLASS_WIDE] = 2, [CLASS_ZERO] = 0, [CLASS_UNTAME] = 1};

	return columns[class_of(point)];
}

bool utf8_is_tame(uint32_t point)
{
	return class_of(point) != CLASS_UNTAME;
}

static void add_hex(struct buf *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	buf_add(out, (char[]){'\\', 'x', digits[byte >> 4], digits[byte & 15]}, 4);
}

static void add_escape(struct buf *out, uint32_t point)
{
	static const char letters[] = {['\0'] = '0', ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r'};

	if (point < sizeof(letters) && letters[point])
		buf_add(out, (char[]){'\\', letters[point]}, 2);
	else if (point == '\\')
		buf_adds(out, "\\\\");
	else if (point < 0x80)
		add_hex(out, (unsigned char)point);
	else
		buf_addf(out, "\\u{%04x}", point);
}

/* Eight bytes at once: a bit of `high` is set where one is no plain ASCII, or a backslash; rarely behind
 * such a byte, too. */
static bool are_plain(const char *text)
{
	const uint64_t ones = 0x0101010101010101, high = ones << 7;
	uint64_t bytes, slashes;

	memcpy(&bytes, text, sizeof(bytes));
	slashes = bytes ^ ones * '\\';
	return !((bytes | (bytes - ones * ' ') | (bytes + ones) | (slashes - ones)) & high);
}

/* The bytes at the front that need no look at a table. */
static size_t plain_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n + sizeof(uint64_t) <= len && are_plain(text + n))
		n += sizeof(uint64_t);
	while (n < len && is_plain((unsigned char)text[n]) && text[n] != '\\')
		n++;
	return n;
}

/* A mark needs a letter below it: without one it would sit on what stands left of this text. */
void utf8_tame(struct buf *out, const char *text, size_t len)
{
	unsigned marks_left = 0;

	for (size_t i = 0, n; i < len; i += n) {
		uint32_t point;

		n = plain_run(text + i, len - i);
		if (n) {
			buf_add(out, text + i, n);
			marks_left = MARKS_AT_MOST;
			continue;
		}
		n = utf8_next(text + i, len - i, &point);
		enum point_class kind = class_of(point);
		if (point == UINT32_MAX) {
			add_hex(out, (unsigned char)text[i]);
			marks_left = 0;
		} else if (kind == CLASS_UNTAME || point == '\\' ||
			   (kind == CLASS_ZERO && marks_left == 0)) {
			add_escape(out, point);
			marks_left = 0;
		} else {
			buf_add(out, text + i, n);
			marks_left = kind == CLASS_ZERO ? marks_left - 1 : MARKS_AT_MOST;
		}
	}
}

void utf8_tame_from(struct buf *buf, size_t from)
{
	size_t len = buf->len - from;
	SCOPED(buf) raw = {0};

	if (plain_run(buf_text(buf) + from, len) == len)
		return;
	buf_add(&raw, buf_text(buf) + from, len);
	buf_cut(buf, from);
	if (raw.failed)
		buf->failed = true;
	else
		utf8_tame(buf, buf_text(&raw), len);
}

char *utf8_tame_copy(struct arena *mem, const char *text, size_t len)
{
	bool is_tame = true;
	SCOPED(buf) tame = {0};

	for (size_t i = 0, n; i < len && is_tame; i += n) {
		uint32_t point;

		n = utf8_next(text + i, len - i, &point);
		is_tame = point != UINT32_MAX && utf8_is_tame(point);
	}
	if (is_tame)
		return arena_strndup(mem, text, len);
	utf8_tame(&tame, text, len);
	return tame.failed ? NULL : arena_strdup(mem, buf_text(&tame));
}

size_t utf8_columns(const char *text, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len;) {
		uint32_t point;

		i += utf8_next(text + i, len - i, &point);
		columns += (size_t)utf8_width(point);
	}
	return columns;
}

/* The bytes of text that fit in `columns`, marks with their letters; *used gets the columns. */
static size_t bytes_that_fit(const char *text, size_t len, size_t columns, size_t *used)
{
	size_t i = 0;

	*used = 0;
	while (i < len) {
		uint32_t point;
		size_t n = utf8_next(text + i, len - i, &point);
		size_t width = (size_t)utf8_width(point);

		if (*used + width > columns)
			break;
		*used += width;
		i += n;
	}
	return i;
}

size_t utf8_fit(struct buf *out, const char *text, size_t len, size_t columns, bool ascii)
{
	size_t used;
	size_t fits = bytes_that_fit(text, len, columns, &used);

	if (fits == len || columns == 0) {
		buf_add(out, text, columns ? fits : 0);
		return used;
	}
	fits = bytes_that_fit(text, len, columns - 1, &used);
	buf_add(out, text, fits);
	buf_adds(out, ascii ? "~" : "…");
	return used + 1;
}

size_t utf8_whole(const char *text, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char byte = (unsigned char)text[len - back];
		uint32_t bits, least;

		if ((byte & 0xc0) != 0x80)
			return lead_of(byte, &bits, &least) > back ? len - back : len;
	}
	return len;
}

size_t utf8_bytes(uint32_t point, char out[UTF8_MAX_BYTES])
{
	size_t n = 0;

	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[n++] = (char)(0xc0 | point >> 6);
	} else if (point < 0x10000) {
		out[n++] = (char)(0xe0 | point >> 12);
		out[n++] = (char)(0x80 | (point >> 6 & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | point >> 18);
		out[n++] = (char)(0x80 | (point >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (point >> 6 & 0x3f));
	}
	out[n++] = (char)(0x80 | (point & 0x3f));
	return n;
}

void utf8_put(struct buf *out, uint32_t point)
{
	char bytes[UTF8_MAX_BYTES];

	buf_add(out, bytes, utf8_bytes(point, bytes));
}
