/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which themes there are, and where: compiled in, the user's own, the system's. */
#pragma once

#include <stdbool.h>

struct buf;

/* Looks into the folders anew; before it is first called nothing was found there. */
void theme_list_read(void);
/* Takes the absolute path of a theme's file into the list, where it stays. */
void theme_list_keep(const char *path);
/* Names in the order in which a key steps through them: those compiled in, the default one first, then
 * those of the folders that have other names, then paths of files. NULL past the end; valid until the next
 * theme_list_read. */
const char *theme_name_at(unsigned i);
unsigned theme_count(void); /* how many names there are */
/* A file would be loaded: it is no compiled-in theme, or takes its place. */
bool theme_is_own(const char *name);

/* For theme.c: the text of a compiled-in theme, or NULL; and where the file of a theme may be, the place
 * that comes first first: 1, 0 when that place is not known, -1 past the last. */
const char *theme_built_in(const char *name);
int theme_file_at(unsigned i, const char *name, struct buf *path);
