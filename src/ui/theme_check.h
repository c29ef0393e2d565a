/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether the text of a theme says what a theme can say; private to ui/theme.c. */
#pragma once

struct cJSON;
struct err;

/* Of the text that root was parsed from: parts and roles that there aren't, and parts of the wrong kind.
 * Colours and attributes are looked at when the roles are filled. 0 or -EINVAL. */
int theme_check(const struct cJSON *root, const char *text, struct err *err);

/* text is no JSON from `at` on (NULL: from its start). -EINVAL. */
int theme_syntax_error(const char *text, const char *at, struct err *err);
