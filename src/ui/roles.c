/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ui/roles.h"

const struct role_row roles[N_ROLES] = {
#define X(id, theme_name, parent, golden_letter)                                                   \
	[id] = {.name = theme_name, .inherits = parent, .letter = golden_letter},
	ROLES(X)
#undef X
};
