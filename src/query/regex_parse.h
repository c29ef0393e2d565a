/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A regular expression as steps of a nondeterministic automaton (Thompson 1968). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/byte_set.h"
#include "query/regex.h"

enum regex_op {
	STEP_SET,   /* eats one byte of sets[set] */
	STEP_SPLIT, /* goes on at both +a and +b */
	STEP_JUMP,  /* goes on at +a */
	STEP_START, /* passes at the start of the text only */
	STEP_END,   /* passes at its end only */
	STEP_MATCH,
};

/* Targets are relative, so that a run of steps can be copied and shifted. */
struct regex_step {
	enum regex_op op;
	union {
		unsigned set;
		struct {
			int a, b;
		};
	};
};

struct regex_program {
	struct regex_step *steps; /* owned; ends with STEP_MATCH */
	unsigned n_steps, cap_steps;
	struct byte_set *sets; /* owned, each of them once */
	unsigned n_sets, cap_sets;
};

void regex_program_release(struct regex_program *program);

/* 0, -EINVAL with err->column, or -ENOMEM. */
int regex_parse(const char *pattern, size_t len, struct regex_program *program, struct err *err);
