/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is wanted of an executable or library: its build id, and its functions by where in the file they
 * stand; of an object file where its variables stand in their sections. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_BUILD_ID_BYTES = 20 };

struct elf_function {
	uint64_t offset, size; /* in the file */
	const char *name;      /* in elf_functions.names */
};

struct elf_functions {
	struct elf_function *at; /* owned, sorted by offset */
	size_t n, cap;
	char *names; /* owned */
};

void elf_functions_release(struct elf_functions *functions);

/* Shorter ids are filled up with zeroes, as the kernel does. false: none, or no ELF file. */
bool elf_read_build_id(const char *path, uint8_t build_id[ELF_BUILD_ID_BYTES]);

/* From .symtab, or .dynsym of a stripped file, or from a file of debug symbols that goes with it, whose
 * own segments say nothing. 0 or -errno; -ENOENT when there are none. */
int elf_read_functions(const char *path, const char *symbols_path, struct elf_functions *out);

/* The function that holds an offset, or NULL. */
const struct elf_function *elf_function_at(const struct elf_functions *functions, uint64_t offset);

struct elf_variable {
	const char *name,
		*section; /* until the call returns; "" of a static one: several may share a name */
	uint64_t offset, section_size;
};
typedef void elf_variable_fn(void *ctx, const struct elf_variable *variable);
/* Calls fn with each variable of an object file. false: it can't be read as one. */
bool elf_each_variable(const char *path, elf_variable_fn *fn, void *ctx);
