/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads what a person typed for a map. A scheme in front of a colon decides; without one, digits are
 * an id, anything with a slash is a path, and the rest is a name. */
#include "read/spec.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
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

static bool is_there(const char *path)
{
	glob_t found = {0};
	int r = access(path, F_OK) == 0 ? 0 : glob(path, GLOB_NOSORT, NULL, &found);

	globfree(&found);
	return r == 0;
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
