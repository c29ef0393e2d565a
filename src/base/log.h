/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happened behind the screen: the last LOG_LINES lines, for the log pane, `--verbose` and crash
 * reports. libbpf's chatter goes here too. Process-wide, one thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { LOG_LINES = 256, LOG_LINE_BYTES = 240 };
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN };

struct log_line {
	uint64_t wall_ns;
	enum log_level level;
	char text[LOG_LINE_BYTES];
};

void log_add(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* i-th line, newest first; NULL past the end. Borrowed until the next log_add. */
const struct log_line *log_line(size_t i);

/* Forgets every line. */
void log_clear(void);

/* Copies every line of at least `level` to stderr as it comes (for --verbose). */
void log_to_stderr(enum log_level level);
