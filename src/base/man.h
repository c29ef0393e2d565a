/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text for manual pages. */
#pragma once

struct buf;

/* Adds text as man(7) shows it as it is: backslashes, hyphens and leading dots and quotes would mean
 * something to it. */
void man_add_text(const char *text, struct buf *out);
