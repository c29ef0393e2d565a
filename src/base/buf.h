/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A byte string that grows. Always NUL-terminated once anything was added.
 *
 * Running out of memory is sticky: the buffer keeps what it has, `failed` is set, later additions do
 * nothing. Writers may therefore add freely and check once at the end. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *at; /* owned; NULL until something was added */
	size_t len, cap;
	bool failed;
};

void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* empties and forgets `failed`, keeps the memory */

/* Room for n more bytes and the NUL; 0 or -ENOMEM. */
int buf_reserve(struct buf *buf, size_t n);

/* The same where n bytes are written by hand, from what is returned on; NULL: out of memory. Then buf_end_at
 * says where they end, at most n bytes from there. */
char *buf_room(struct buf *buf, size_t n);
void buf_end_at(struct buf *buf, char *end);

void buf_add(struct buf *buf, const void *bytes, size_t n);
void buf_adds(struct buf *buf, const char *text);
void buf_addc(struct buf *buf, char c);
void buf_addn(struct buf *buf, char c, size_t n); /* n times c */
void buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *buf, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));
void buf_addu(struct buf *buf, uint64_t n); /* decimal, much faster than %lu */
void buf_addi(struct buf *buf, int64_t n);
void buf_cut(struct buf *buf, size_t len); /* shortens to len bytes; longer is left alone */

/* The text, "" while nothing was added. Valid until the next change. */
const char *buf_text(const struct buf *buf);
