/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads what a person typed for a map. A scheme in front of a colon decides; without one, digits are
 * an id, anything with a slash is a path, and the rest is a name. */
#include "read/spec.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"

struct scheme {
	const char *name;
	enum spec_kind kind;
	const char *what;    /* what must stand behind the colon */
	bool may_be_number;  /* a number fills id */
	bool must_be_number; /* and nothing else will do */
	bool may_be_empty;
};

static const struct scheme schemes[] = {
	{"id", SPEC_ID, "a map's id", .may_be_number = true, .must_be_number = true},
	{"name", SPEC_NAME, "a map's name"},
	{"pin", SPEC_PIN, "the path of a pinned map"},
	{"prog", SPEC_PROGRAM, "a program's id or name", .may_be_number = true},
	{"dev", SPEC_DEVICE, "an interface"},
	{"file", SPEC_TAPE, "a recording's path"},
	{"sim", SPEC_SIM, "a simulated map's name, or nothing for all of them",
	 .may_be_empty = true},
	{"ssh", SPEC_REMOTE, "a host and a map of it ('ssh:web1:flows')"},
};

static bool is_digits(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static const struct scheme *scheme_of(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strlen(schemes[i].name) == len && memcmp(schemes[i].name, text, len) == 0)
			return &schemes[i];
	return NULL;
}

static int unknown_scheme(const char *argument, size_t len, struct err *err)
{
	SCOPED(buf) known = {0};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		buf_addf(&known, "%s%s:", i ? " " : "", schemes[i].name);
	return err_set(err, -EINVAL, "unknown scheme '%.*s:' in '%s'; there are %s", (int)len,
		       argument, argument, buf_text(&known));
}

/* Ids are 32 bits wide and start at 1. */
static int parse_id(const char *text, uint32_t *out, struct err *err)
{
	uint64_t id;

	if (num_u64(text, &id) < 0 || id == 0 || id > UINT32_MAX)
		return err_set(err, -EINVAL, "'%s' is not an id; ids are numbers from 1 to %u",
			       text, UINT32_MAX);
	*out = (uint32_t)id;
	return 0;
}

static int parse_rest(const struct scheme *scheme, const char *text, struct spec *out,
		      struct err *err)
{
	struct spec spec = {.kind = scheme->kind, .text = text};

	if (*text == '\0' && !scheme->may_be_empty)
		return err_set(err, -EINVAL, "'%s:' names nothing; behind it goes %s", scheme->name,
			       scheme->what);
	if (scheme->must_be_number || (scheme->may_be_number && is_digits(text))) {
		int r = parse_id(text, &spec.id, err);

		if (r < 0)
			return r;
	}
	*out = spec;
	return 0;
}

int spec_parse(const char *argument, struct spec *out, struct err *err)
{
	const char *colon = strchr(argument, ':');
	const char *slash = strchr(argument, '/');
	const char *scheme = "name";

	if (*argument == '\0')
		return err_set(err, -EINVAL, "the name of a map is empty");
	/* A colon behind a slash belongs to a path. */
	if (colon && (!slash || colon < slash)) {
		const struct scheme *typed = scheme_of(argument, (size_t)(colon - argument));

		return typed ? parse_rest(typed, colon + 1, out, err)
			     : unknown_scheme(argument, (size_t)(colon - argument), err);
	}
	if (slash)
		scheme = "pin";
	else if (is_digits(argument))
		scheme = "id";
	return parse_rest(scheme_of(scheme, strlen(scheme)), argument, out, err);
}

void spec_files_release(struct spec_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct spec_files){0};
}

static int add_file(struct spec_files *files, const char *folder, const char *name)
{
	char **grown = reallocarray(files->paths, files->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	files->paths = grown;
	if (asprintf(&grown[files->n], "%s%s", folder, name) < 0)
		return -ENOMEM;
	files->n++;
	return 0;
}

/* glob(3) frees twice what it has no memory for. */
static int match(const char *folder, const char *pattern, struct spec_files *out)
{
	DIR *dir = opendir(*folder ? folder : ".");
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOMEM ? -ENOMEM : 0;
	while (r == 0 && (entry = readdir(dir)))
		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0)
			r = add_file(out, folder, entry->d_name);
	closedir(dir);
	return r;
}

int spec_tape_files(const char *path, struct spec_files *out)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *folder;
	int r;

	if (access(path, F_OK) == 0 || !strpbrk(name, "*?["))
		return add_file(out, "", path);
	folder = strndup(path, (size_t)(name - path));
	r = folder ? match(folder, name, out) : -ENOMEM;
	free(folder);
	return r < 0 || out->n ? r : add_file(out, "", path);
}

static bool is_there(const char *path)
{
	struct spec_files files = {0};
	bool is = spec_tape_files(path, &files) == 0 && access(files.paths[0], F_OK) == 0;

	spec_files_release(&files);
	return is;
}

size_t spec_tape_path(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t len = strlen(text), before = colon ? (size_t)(colon - text) : len;
	char *path = strndup(text, before);

	if (path && colon && colon[1] && !is_there(text) &&
	    (strcmp(path, "-") == 0 || is_there(path)))
		len = before;
	free(path);
	return len;
}
