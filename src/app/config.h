/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a person keeps from run to run: JSON with comments, the system's file under the user's own.
 *
 *   {
 *     "theme": "nord", "interval": 2, "ascii": false, "mouse": true,
 *     "keys": {"pause": "p Space", "quit": "q"},          actions by name, keys as help shows them
 *     "maps": {"flows": {"columns": "saddr,packets.rate", "sort": "-packets.rate"}},  ui/setting.c
 *     "layouts": {"flows,ports": "|60 1* 2:churn"},    panes of a set of maps, ui/panes_text.c
 *     "save_on_exit": true
 *   }
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/config_check.h"

struct buf;
struct config;
struct err;
struct options;

/* Both files, checked; those that aren't there are empty. What has a fault is told and left out, the rest holds;
 * a user's file with one can't be saved. Returns how many faults were told; *out is NULL when out of memory. */
unsigned config_load(struct config **out, config_fault_fn *tell, void *ctx);
void config_free(struct config *config);

const char *config_theme(const struct config *config);	  /* NULL: none */
uint64_t config_interval_ns(const struct config *config); /* 0: none */
bool config_is_ascii(const struct config *config);
bool config_has_mouse(const struct config *config);
bool config_saves_on_exit(const struct config *config);
/* The text of a map's setting, or NULL. */
const char *config_setting(const struct config *config, const char *map, const char *name);
/* How the panes of a set of maps stand, or NULL. */
const char *config_layout(const struct config *config, const char *set);
/* Binds the keys. Tells of actions that have none any more, unless a file says so of them. */
void config_bind_keys(const struct config *config, config_fault_fn *tell, void *ctx);

/* For config_save; "" takes it away. 0 or -ENOMEM. */
int config_set_setting(struct config *config, const char *map, const char *name, const char *text);
int config_set_layout(struct config *config, const char *set, const char *text);
int config_set_theme(struct config *config, const char *name);
int config_set_interval(struct config *config, uint64_t ns);
/* Writes the user's file, whole or not at all, and its path to where. Comments are not kept: a file that
 * had some is kept beside it, as *has_backup says. 0 or -errno with a sentence. */
int config_save(struct config *config, struct buf *where, bool *has_backup, struct err *err);

/* What is in force, as JSON: options come first, then the files, which stand above it as comments, then what
 * holds where nobody says; of keys those that are bound now. 0 or -ENOMEM. */
int config_print(const struct config *config, const struct options *options, struct buf *out);
