/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows that a person marked, by key: they stay marked while rows come, go and move. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "base/pages.h"

struct tags {
	struct pages keys; /* [n × key_size] */
	size_t n, key_size;
	struct index index;
};

void tags_init(struct tags *tags, size_t key_size);
void tags_release(struct tags *tags);
bool tags_has(const struct tags *tags, const uint8_t *key);
/* Tags the key, or untags it when it is tagged. 0 or -ENOMEM. */
int tags_toggle(struct tags *tags, const uint8_t *key);
void tags_clear(struct tags *tags);
