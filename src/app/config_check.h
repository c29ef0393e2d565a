/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a configuration may be made of. */
#pragma once

struct cJSON;
struct err;

/* Reads a text without comments, checking every member. *root is the caller's, to be freed with cJSON_Delete.
 * 0, or -EINVAL with a sentence that names the line and the file. */
int config_parse(const char *text, const char *path, struct cJSON **root, struct err *err);
