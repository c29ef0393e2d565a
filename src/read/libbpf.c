/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Nothing below app prints, and libbpf is below app. */
#include "read/libbpf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"

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

__attribute__((format(printf, 2, 0))) static int print_to_log(enum libbpf_print_level level,
							      const char *fmt, va_list args)
{
	char text[LOG_LINE_BYTES];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	text[strcspn(text, "\n")] = '\0';
	log_add(level_of(level), "%s", text);
	return n;
}

void libbpf_to_log(void)
{
	libbpf_set_print(print_to_log);
}
