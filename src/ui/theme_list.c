/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The list of names lives as long as the process: it is small, and asked for at every frame of the picker.
 * Folders are looked at when somebody wants to choose. */
#include "ui/theme_list.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"

static const struct built_in {
	const char *name, *json;
} built_in[] = {
#include "theme_all.h"
};

enum { MOST_OWN = 256, MOST_NAME = 63, MOST_PATHS = 16 };
#define ENDING ".json"

static struct {
	char names[MOST_OWN][MOST_NAME + 1];
	bool is_other[MOST_OWN]; /* no compiled-in one is called so */
	unsigned n;
} own;

/* Those that were asked for by their paths. */
static struct {
	char at[MOST_PATHS][PATH_MAX];
	unsigned n;
} paths;

/* -- places -- */

static int folder_at(unsigned i, struct buf *out)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	/* A relative path is none, says the XDG specification. */
	bool has_config = config && config[0] == '/', has_home = home && home[0] == '/';
	const struct {
		const char *root, *below;
	} places[] = {
		{has_config ? config : NULL, "/bpfmaptop/themes/"},
		{has_home && !has_config ? home : NULL, "/.config/bpfmaptop/themes/"},
		{"/usr/local/share", "/bpfmaptop/themes/"},
		{"/usr/share", "/bpfmaptop/themes/"},
	};

	if (i >= ARRAY_LEN(places))
		return -1;
	if (!places[i].root)
		return 0;
	buf_addf(out, "%s%s", places[i].root, places[i].below);
	return !out->failed;
}

int theme_file_at(unsigned i, const char *name, struct buf *path)
{
	int r = folder_at(i, path);

	if (r > 0)
		buf_addf(path, "%s" ENDING, name);
	return r;
}

const char *theme_built_in(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		if (strcmp(built_in[i].name, name) == 0)
			return built_in[i].json;
	return NULL;
}

/* -- names -- */

static bool is_listed(const char *name)
{
	for (unsigned i = 0; i < own.n; i++)
		if (strcmp(own.names[i], name) == 0)
			return true;
	return false;
}

static int is_theme(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), ending = strlen(ENDING);

	return entry->d_name[0] != '.' && len > ending && len - ending <= MOST_NAME &&
	       strcmp(entry->d_name + len - ending, ENDING) == 0;
}

/* A file that has no theme of that name before it, in a folder that comes earlier. */
static void add_file(const char *file)
{
	size_t len = strlen(file) - strlen(ENDING);
	char *name = own.names[own.n];

	if (own.n == MOST_OWN)
		return;
	memcpy(name, file, len);
	name[len] = '\0';
	if (is_listed(name))
		return;
	own.is_other[own.n] = !theme_built_in(name);
	own.n++;
}

static void add_folder(const char *path)
{
	struct dirent **files;
	int n = scandir(path, &files, is_theme, alphasort);

	for (int i = 0; i < n; i++) {
		add_file(files[i]->d_name);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
}

void theme_list_read(void)
{
	int r;

	own.n = 0;
	for (unsigned i = 0;; i++) {
		SCOPED(buf) path = {0};

		r = folder_at(i, &path);
		if (r < 0)
			return;
		if (r > 0)
			add_folder(buf_text(&path));
	}
}

const char *theme_name_at(unsigned i)
{
	if (i < ARRAY_LEN(built_in))
		return built_in[i].name;
	i -= ARRAY_LEN(built_in);
	for (unsigned j = 0; j < own.n; j++)
		if (own.is_other[j] && i-- == 0)
			return own.names[j];
	return i < paths.n ? paths.at[i] : NULL;
}

unsigned theme_count(void)
{
	unsigned n = 0;

	while (theme_name_at(n))
		n++;
	return n;
}

static bool is_kept(const char *path)
{
	for (unsigned i = 0; i < paths.n; i++)
		if (strcmp(paths.at[i], path) == 0)
			return true;
	return false;
}

void theme_list_keep(const char *path)
{
	if (!is_kept(path) && paths.n < MOST_PATHS && strlen(path) < PATH_MAX)
		strcpy(paths.at[paths.n++], path);
}

bool theme_is_own(const char *name)
{
	return is_listed(name) || is_kept(name);
}
