/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One sentence for a person, beside the negative errno for the program.
 *
 * Functions return 0 or a negative errno. Where a person can cause the failure they also take a
 * `struct err *` as their last argument and fill it: lower case, what failed first, the subject in
 * quotes, the cure last. Only src/main.c and the screen show it. */
#pragma once

#include <stddef.h>

enum { ERR_TEXT_BYTES = 512 };

struct err {
	int code;   /* negative errno, 0 while nothing went wrong */
	int column; /* 1-based place in the text that a person typed, 0 where there is none */
	char text[ERR_TEXT_BYTES];
};

/* Writes the sentence (cut to ERR_TEXT_BYTES) and returns code, so that callers can
 * `return err_set(...)`. err may be NULL. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same for a fault in typed text: returns -EINVAL and keeps the 1-based column of the fault. */
int err_at(struct err *err, int column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Words for a negative errno, also for those that strerror doesn't know (the kernel's ENOTSUPP 524).
 * Static storage. */
const char *err_words(int code);
