/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Faults in typed text, shown with the text and a caret under the fault. */
#pragma once

struct err;

/* When code is a fault with a column: puts "filter, column 9: " before the sentence of err, and below it
 * the text with a caret, and returns -EINVAL. Else returns code. */
int fault_shown(int code, const char *what, const char *text, struct err *err);
