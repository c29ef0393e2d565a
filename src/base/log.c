/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring. Lines are made tame when they come in: what libbpf says quotes names that anybody may choose. */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tidy.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static struct {
	struct log_line lines[LOG_LINES];
	size_t n_ever;
	bool to_stderr;
	enum log_level stderr_level;
} ring;

static void copy_to_stderr(const struct log_line *line)
{
	SCOPED(buf) out = {0};

	if (!ring.to_stderr || line->level < ring.stderr_level)
		return;
	buf_addf(&out, "%s\n", line->text);
	file_write_all(STDERR_FILENO, buf_text(&out), out.len);
}

static void add_line(enum log_level level, const char *text, size_t len)
{
	SCOPED(buf) tame = {0};
	struct log_line *line = &ring.lines[ring.n_ever % LOG_LINES];

	utf8_tame(&tame, text, len);
	size_t kept = tame.len < LOG_LINE_BYTES ? tame.len
						: utf8_whole(buf_text(&tame), LOG_LINE_BYTES - 1);
	memcpy(line->text, buf_text(&tame), kept);
	line->text[kept] = '\0';
	line->level = level;
	line->wall_ns = clock_wall_ns();
	ring.n_ever++;
	copy_to_stderr(line);
}

void log_add(enum log_level level, const char *fmt, ...)
{
	SCOPED(buf) said = {0};
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&said, fmt, args);
	va_end(args);
	for (const char *at = buf_text(&said); *at;) {
		size_t len = strcspn(at, "\n");

		if (len)
			add_line(level, at, len);
		at += len + (at[len] == '\n');
	}
}

const struct log_line *log_line(size_t i)
{
	if (i >= LOG_LINES || i >= ring.n_ever)
		return NULL;
	return &ring.lines[(ring.n_ever - 1 - i) % LOG_LINES];
}

void log_to_stderr(enum log_level level)
{
	ring.to_stderr = true;
	ring.stderr_level = level;
}

void log_clear(void)
{
	ring.n_ever = 0;
}
