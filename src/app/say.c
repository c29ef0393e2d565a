/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Without a buffer of its own: that memory ran out must still be said. */
#include "app/say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("bpfmaptop: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}
