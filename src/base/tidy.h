/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small words of the language that every floor uses. */
#pragma once

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* SCOPED(buf) name = {0};  declares a `struct buf name` that buf_release() cleans up on every way
 * out of its block. Works for every noun with a `noun_release(struct noun *)`. */
#define SCOPED(noun) __attribute__((cleanup(noun##_release))) struct noun

#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))
