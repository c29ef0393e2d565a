/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The escapes of groff_man(7). */
#include "base/man.h"

#include <stdbool.h>

#include "base/buf.h"

void man_add_text(const char *text, struct buf *out)
{
	for (bool at_start = true; *text; at_start = *text == '\n', text++) {
		if (at_start && (*text == '.' || *text == '\''))
			buf_adds(out, "\\&");
		if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *text);
	}
}
