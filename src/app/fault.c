// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A caret helps only where the line fits a terminal: longer text keeps the column alone. */
#include "app/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "base/utf8.h"

enum { FAULT_MAX_TEXT = 120 };

int fault_shown(int code, const char *what, const char *text, struct err *err)
{
	struct err told = err ? *err : (struct err){0};
	SCOPED(buf) tame = {0};
	size_t len = strlen(text);

	if (code >= 0 || told.column <= 0 || (size_t)told.column > len + 1)
		return code;
	if (len > FAULT_MAX_TEXT) {
		err_set(err, code, "%s, column %d: %.380s", what, told.column, told.text);
	} else {
		int caret = (int)utf8_columns(text, (size_t)told.column - 1);

		utf8_tame(&tame, text, len);
		err_set(err, code, "%s, column %d: %.200s\n  %.*s\n  %*s^", what, told.column,
			told.text, FAULT_MAX_TEXT, buf_text(&tame), caret, "");
	}
	err->column = told.column;
	return -EINVAL;
}
