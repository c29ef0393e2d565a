/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a configuration may be made of. */
#pragma once

struct cJSON;
struct err;

/* Takes one fault; its sentence names the line and the file. */
typedef void config_fault_fn(void *ctx, const struct err *fault);

/* Reads a text without comments, checking every member; those with a fault are told and left out. *root is the
 * caller's, to be freed with cJSON_Delete; NULL where nothing is left. Returns how many faults there are. */
unsigned config_parse(const char *text, const char *path, struct cJSON **root,
		      config_fault_fn *tell, void *ctx);
