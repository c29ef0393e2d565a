/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "read/called.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "model/map.h"

enum { KERNEL_NAME_CHARS = 15 };

/* One of them is the other as the kernel cuts it: the file may have been written from what it tells. */
static bool is_cut(const char *a, const char *b)
{
	size_t len = MIN_OF(strlen(a), strlen(b));

	return len == KERNEL_NAME_CHARS && strncmp(a, b, len) == 0;
}

void called_meet(struct called *called, const char *name, bool has_sizes, const void *definition)
{
	if (strcmp(name, called->map->name) == 0) {
		if (!called->so)
			called->so = definition;
		return;
	}
	if (!is_cut(name, called->map->name))
		return;
	if (!called->perhaps)
		called->perhaps = definition;
	if (!has_sizes)
		return;
	if (!called->fits) {
		called->fits = definition;
		called->fits_name = name;
	} else if (!called->other_name) {
		called->other_name = name;
	}
}

int called_pick(const struct called *called, const char *what, const void **out, struct err *err)
{
	if (!called->so && called->other_name)
		return err_set(err, -EINVAL,
			       "%s has both '%s' and '%s', and either may be map '%s': the kernel "
			       "keeps %d bytes of a name; a pin of that name tells",
			       what, called->fits_name, called->other_name, called->map->name,
			       KERNEL_NAME_CHARS);
	*out = called->so ? called->so : called->fits ? called->fits : called->perhaps;
	return 0;
}
