/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Grows by doubling, so adding is constant on average. Invariant: at is NULL, or len < cap and
 * at[len] is the NUL. */
#include "base/buf.h"

#include "base/digits.h"
#include "base/tidy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST_BYTES = 64 };

void buf_release(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->at);
	*buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
	buf_cut(buf, 0);
	buf->failed = false;
}

static int buf_grow(struct buf *buf, size_t n)
{
	size_t need;

	if (buf->failed)
		return -ENOMEM;
	if (__builtin_add_overflow(buf->len, n, &need) || need > PTRDIFF_MAX / 2) {
		buf->failed = true;
		return -ENOMEM;
	}
	size_t cap = MAX_OF(MAX_OF(buf->cap * 2, need + 1), BUF_FIRST_BYTES);
	char *at = realloc(buf->at, cap);
	if (!at) {
		buf->failed = true;
		return -ENOMEM;
	}
	buf->at = at;
	buf->cap = cap;
	at[buf->len] = '\0';
	return 0;
}

static inline bool buf_has_room(struct buf *buf, size_t n)
{
	if (!buf->failed && n < buf->cap - buf->len)
		return true;
	return buf_grow(buf, n) == 0;
}

int buf_reserve(struct buf *buf, size_t n)
{
	return buf_has_room(buf, n) ? 0 : -ENOMEM;
}

char *buf_room(struct buf *buf, size_t n)
{
	return buf_has_room(buf, n) ? buf->at + buf->len : NULL;
}

void buf_end_at(struct buf *buf, char *end)
{
	*end = '\0';
	buf->len = (size_t)(end - buf->at);
}

void buf_add(struct buf *buf, const void *bytes, size_t n)
{
	if (!buf_has_room(buf, n))
		return;
	if (n)
		memcpy(buf->at + buf->len, bytes, n);
	buf->len += n;
	buf->at[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_addc(struct buf *buf, char c)
{
	if (!buf_has_room(buf, 1))
		return;
	buf->at[buf->len++] = c;
	buf->at[buf->len] = '\0';
}

void buf_addn(struct buf *buf, char c, size_t n)
{
	if (!buf_has_room(buf, n))
		return;
	memset(buf->at + buf->len, c, n);
	buf->len += n;
	buf->at[buf->len] = '\0';
}

void buf_vaddf(struct buf *buf, const char *fmt, va_list args)
{
	va_list again;

	if (!buf_has_room(buf, BUF_FIRST_BYTES))
		return;
	va_copy(again, args);
	int n = vsnprintf(buf->at + buf->len, buf->cap - buf->len, fmt, args);
	if (n >= 0 && (size_t)n >= buf->cap - buf->len) {
		buf->at[buf->len] = '\0';
		n = buf_has_room(buf, (size_t)n)
			    ? vsnprintf(buf->at + buf->len, buf->cap - buf->len, fmt, again)
			    : 0;
	}
	va_end(again);
	if (n > 0)
		buf->len += (size_t)n;
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vaddf(buf, fmt, args);
	va_end(args);
}

void buf_addu(struct buf *buf, uint64_t n)
{
	char *at = buf_room(buf, DIGITS_ROOM);

	if (at)
		buf_end_at(buf, digits_put(at, n));
}

void buf_addi(struct buf *buf, int64_t n)
{
	if (n < 0)
		buf_addc(buf, '-');
	buf_addu(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void buf_cut(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->at[len] = '\0';
}

const char *buf_text(const struct buf *buf)
{
	return buf->at ? buf->at : "";
}
