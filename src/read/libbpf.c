/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Nothing below app prints, and libbpf is below app. */
#include "read/libbpf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/tidy.h"

static enum log_level level_of(enum libbpf_print_level level)
{
	switch (level) {
	case LIBBPF_WARN:
		return LOG_WARN;
	case LIBBPF_INFO:
		return LOG_INFO;
	case LIBBPF_DEBUG:
		break;
	}
	return LOG_DEBUG;
}

/* What libbpf says may be as long as the verifier's log of a program: a line of it is a line here, and
 * only the first is as urgent as the whole. */
__attribute__((format(printf, 2, 0))) static int print_to_log(enum libbpf_print_level level,
							      const char *fmt, va_list args)
{
	SCOPED(buf) text = {0};
	char *rest, *line;

	buf_vaddf(&text, fmt, args);
	for (rest = text.at; (line = strsep(&rest, "\n"));) {
		if (*line)
			log_add(line == text.at ? level_of(level) : LOG_DEBUG, "%s", line);
	}
	return (int)text.len;
}

void libbpf_to_log(void)
{
	libbpf_set_print(print_to_log);
}
