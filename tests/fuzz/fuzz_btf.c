/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hostile BTF: whatever libbpf lets through must compile into a plan that stays inside the map's bytes, or
 * be refused with a sentence.
 *
 *   fuzz_btf DIRECTORY   replays every file, then seeded mutations of each; prints TAP
 *   clang -fsanitize=fuzzer,address -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION ...   makes a libFuzzer
 *                        target of the same file */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/plan.h"
#include "read/btfplan.h"
#include "corpus.h"

enum { MAX_VALUE_BYTES = 4096, MAX_TYPES = 64, N_MUTATIONS = 600, MAX_INPUT_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly as many bytes as the plan may read, so that a sanitizer sees one too many. */
static void print_both_sides(const struct plan *plan)
{
	uint8_t *value = malloc(plan->value_size);
	SCOPED(buf) text = {0};

	for (uint32_t i = 0; i < plan->value_size; i++)
		value[i] = i * 151 + 7;
	format_print_side(plan, true, value, PRINT_EXACT, NULL, &text);
	plan_text(plan, NULL, NULL, &text);
	free(value);
}

static void compile_one(const struct btf *btf, uint32_t type, uint32_t size)
{
	struct plan plan = {0};
	struct err err = {0};

	if (btfplan_compile(btf, 0, type, 0, size, &plan, &err) == 0)
		print_both_sides(&plan);
	else if (!err.text[0] || plan.n_fields)
		abort(); /* refused without a word, or with half a plan left behind */
	plan_release(&plan);
}

static void compile_all(const struct btf *btf)
{
	uint32_t n = MIN_OF(btf__type_cnt(btf), MAX_TYPES);

	for (uint32_t type = 1; type <= n; type++) {
		const struct btf_type *t = btf__type_by_id(btf, type);
		int64_t size = t && btf_is_datasec(t) ? t->size : btf__resolve_size(btf, type);

		if (size < 0 || size > MAX_VALUE_BYTES)
			size = 64;
		compile_one(btf, type, (uint32_t)size);
		compile_one(btf, type, (uint32_t)size + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf *btf;

	libbpf_set_print(NULL);
	btf = btf__new(data, (uint32_t)size);
	if (libbpf_get_error(btf))
		return 0;
	compile_all(btf);
	btf__free(btf);
	return 0;
}

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION

/* Mostly single words behind the header, where ids, sizes and counts live; small numbers and bits more
 * often than noise, since noise is refused early. */
static void mutate(uint8_t *data, size_t size, uint64_t *seed)
{
	unsigned n = 1 + num_random(seed) % 4;

	for (unsigned i = 0; i < n && size > 28; i++) {
		size_t at = 24 + num_random(seed) % (size - 27);
		uint32_t word;

		memcpy(&word, data + at, sizeof(word));
		switch (num_random(seed) % 4) {
		case 0:
			word ^= 1u << num_random(seed) % 32;
			break;
		case 1:
			word = num_random(seed) % 64;
			break;
		case 2:
			word += (uint32_t)(num_random(seed) % 17) - 8;
			break;
		default:
			word = (uint32_t)num_random(seed);
			break;
		}
		memcpy(data + at, &word, sizeof(word));
	}
}

static void replay(const struct buf *file, const char *name, int *n_tests)
{
	uint8_t *data = malloc(file->len);
	uint64_t seed = file->len;

	LLVMFuzzerTestOneInput((const uint8_t *)file->at, file->len);
	for (int i = 0; i < N_MUTATIONS; i++) {
		memcpy(data, file->at, file->len);
		mutate(data, file->len, &seed);
		LLVMFuzzerTestOneInput(data, file->len);
	}
	free(data);
	printf("ok %d - %s and %d mutations\n", ++*n_tests, name, N_MUTATIONS);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int n_tests = corpus_replay(argc > 1 ? argv[1] : NULL, MAX_INPUT_BYTES, replay);

	printf("1..%d\n", n_tests ? n_tests : 1);
	return n_tests ? 0 : 1;
}

#endif
