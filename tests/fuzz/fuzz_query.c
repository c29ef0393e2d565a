/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queries nobody would type: each compiles, or is refused with a sentence and a place inside it; one that
 * compiles says the same of whole columns and of single rows, and takes no more memory than there is for
 * one. The text is also tried as a regular expression, as a sort, as groups, as columns and for completion;
 * over a map of one copy and over one of several CPUs.
 *
 *   fuzz_query DIRECTORY   replays every file, then seeded mutations of each; prints TAP
 *   clang -fsanitize=fuzzer,address -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION ...   makes a libFuzzer
 *                          target of the same file */
#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/smooth.h"
#include "model/table.h"
#include "query/group.h"
#include "query/query.h"
#include "query/regex.h"
#include "query/view.h"
#include "corpus.h"

enum {
	ROWS = 70,
	N_MUTATIONS = 1200,
	MAX_INPUT_BYTES = QUERY_MAX_BYTES + 64,
	MOST_BYTES = 8 << 20, /* that a query may take */
	CPUS = 3,
	WORDS = ROWS / 64 + 1
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct row {
	uint32_t saddr;
	uint16_t dport, proto;
	uint64_t packets;
	int64_t balance;
	double load;
	char name[8];
	uint8_t smac[6], src6[16], packed[2];
	struct {
		uint16_t x, grid[2];
	} corners[2];
	uint64_t last_seen, rtt_ns;
};

enum { KEY_BYTES = 8, VALUE_BYTES = (sizeof(struct row) - KEY_BYTES + 7) / 8 * 8 };

#define IN_VALUE(member) (offsetof(struct row, member) - KEY_BYTES)

static const struct field fields[] = {
	{.kind = FIELD_UINT, .type = "__be32", .name = "saddr", .offset = 0, .size = 4},
	{.kind = FIELD_UINT, .type = "__be16", .name = "dport", .offset = 4, .size = 2},
	{.kind = FIELD_UINT, .type = "u16", .name = "proto", .offset = 6, .size = 2},
	{.kind = FIELD_UINT,
	 .type = "u64",
	 .name = "packets",
	 .offset = 0,
	 .size = 8,
	 .in_value = true},
	{.kind = FIELD_INT,
	 .type = "s64",
	 .name = "balance",
	 .offset = 8,
	 .size = 8,
	 .in_value = true},
	{.kind = FIELD_REAL,
	 .type = "double",
	 .name = "load",
	 .offset = 16,
	 .size = 8,
	 .in_value = true},
	{.kind = FIELD_TEXT,
	 .type = "char[8]",
	 .name = "name",
	 .offset = 24,
	 .size = 8,
	 .in_value = true},
	{.kind = FIELD_BYTES,
	 .type = "u8[6]",
	 .name = "smac",
	 .offset = IN_VALUE(smac),
	 .size = 6,
	 .in_value = true},
	{.kind = FIELD_BYTES,
	 .type = "struct in6_addr",
	 .name = "src6",
	 .offset = IN_VALUE(src6),
	 .size = 16,
	 .in_value = true},
	{.kind = FIELD_INT,
	 .type = "int",
	 .name = "bits",
	 .offset = IN_VALUE(packed),
	 .size = 2,
	 .in_value = true,
	 .is_signed = true,
	 .is_bitfield = true,
	 .bit_shift = 3,
	 .bit_size = 7},
	{.kind = FIELD_UINT,
	 .type = "u64",
	 .name = "last_seen",
	 .offset = IN_VALUE(last_seen),
	 .size = 8,
	 .in_value = true},
	{.kind = FIELD_UINT,
	 .type = "u64",
	 .name = "rtt_ns",
	 .offset = IN_VALUE(rtt_ns),
	 .size = 8,
	 .in_value = true},
};

/* struct { u16 x, grid[2]; } corners[2]; */
static int add_corners(struct plan *plan)
{
	const struct field corners = {.kind = FIELD_ARRAY,
				      .type = "struct corner[2]",
				      .name = "corners",
				      .offset = IN_VALUE(corners),
				      .count = 2,
				      .stride = 6};
	const struct field corner = {.kind = FIELD_STRUCT, .type = "struct corner", .size = 6};
	const struct field x = {.kind = FIELD_UINT, .type = "u16", .name = "x", .size = 2};
	const struct field grid = {.kind = FIELD_ARRAY,
				   .type = "u16[2]",
				   .name = "grid",
				   .offset = 2,
				   .count = 2,
				   .stride = 2};
	const struct field word = {.kind = FIELD_UINT, .type = "u16", .size = 2};
	const struct field *const all[] = {&corners, &corner, &x, &grid, &word};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(all) && r == 0; i++)
		r = plan_add(plan, true, all[i], NULL);
	for (unsigned i = 0; i < 3 && r == 0; i++) /* grid, corner, corners */
		r = plan_close(plan, NULL);
	return r;
}

static const uint64_t NOW_NS = UINT64_C(100000000000);

/* What is said of columns and of rows is said of the same moment. */
static uint64_t stands_still(void *ctx)
{
	(void)ctx;
	return NOW_NS;
}

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static void fill_row(struct row *row, uint32_t i, uint64_t draw, uint64_t reading)
{
	*row = (struct row){.saddr = i, .dport = (uint16_t)draw, .proto = draw >> 60};
	row->packets = (draw >> 16) % 500 + reading * (i % 3);
	row->balance = (int64_t)(draw % 9) - 4;
	row->load = draw % 5 ? (double)(draw % 100) / 8 : (double)NAN;
	row->name[0] = (char)(draw >> 8);
	row->smac[5] = (uint8_t)(draw >> 12);
	row->src6[0] = 0x20;
	row->src6[15] = (uint8_t)(draw >> 20);
	row->packed[0] = (uint8_t)(draw >> 28);
	row->last_seen = draw % (2 * NOW_NS);
	row->rtt_ns = draw >> 36;
	row->corners[1].x = (uint16_t)(draw >> 36);
	row->corners[0].grid[1] = (uint16_t)i;
}

static void make_table(struct table *table, uint32_t n_cpus)
{
	struct plan plan = {0};
	struct map map = {.name = "fuzz",
			  .type = maptype_named(n_cpus > 1 ? "percpu_hash" : "hash"),
			  .key_size = KEY_BYTES,
			  .value_size = VALUE_BYTES,
			  .max_entries = ROWS,
			  .n_cpus = n_cpus,
			  .source = "fuzz"};

	plan_begin(&plan, map.key_size, map.value_size, "fuzz");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		must(plan_add(&plan, fields[i].in_value, &fields[i], NULL) == 0);
	must(add_corners(&plan) == 0);
	must(plan_finish(&plan, NULL) == 0 && table_init(table, &map, &plan) == 0);
	table->lookups.boot_ns = stands_still;
	must(smooth_set(table, 1000000000) == 0);
	for (uint64_t reading = 0; reading < 2; reading++) {
		uint64_t seed = 1;

		snap_clear(table->next, &table->map);
		table->next->ended_ns = reading * 1000000000 + 1;
		for (uint32_t i = 0; i < ROWS; i++) {
			uint8_t copies[CPUS][VALUE_BYTES] = {0};
			struct row row;

			fill_row(&row, i, num_random(&seed), reading);
			for (uint32_t cpu = 0; cpu < n_cpus; cpu++)
				memcpy(copies[cpu], &row.packets, sizeof(row) - KEY_BYTES);
			if ((i + reading) % 9)
				must(snap_add(table->next, &row, copies) == 0);
		}
		must(table_take(table) == 0);
	}
}

static void try_query(const char *text, struct table *table)
{
	uint64_t bits[WORDS + 1];
	struct query *query = NULL;
	struct err err = {0};
	size_t before = mallinfo2().uordblks, n, n_each = 0;
	int r = query_compile(text, table, &query, &err);

	must(mallinfo2().uordblks < before + MOST_BYTES);

	if (r < 0) {
		must(err.text[0] && err.column >= 1 && (size_t)err.column <= 8 * strlen(text) + 1);
		return;
	}
	must(query_match(query, table, bits, &n) == 0);
	for (size_t row = 0; row < table_n_rows(table); row++) {
		bool is_match = query_match_row(query, table, row);

		must(is_match == (bits[row / 64] >> (row % 64) & 1));
		n_each += is_match;
	}
	must(n == n_each);
	query_free(query);
}

static void try_regex(const char *text, size_t len)
{
	struct regex *regex = NULL;
	struct err err = {0};

	if (regex_compile(text, len, &regex, &err) < 0) {
		must(err.text[0] && err.column >= 1 && (size_t)err.column <= len + 1);
		return;
	}
	must(regex_search(regex, text, len) == regex_search(regex, text, len));
	regex_free(regex);
}

static void ignore_word(void *ctx, const char *word, size_t replaces)
{
	must(word[0] && replaces <= *(const size_t *)ctx);
}

static void try_view(const char *text, struct table *table)
{
	struct view view;

	view_init(&view);
	if (view_sort(&view, table, text, NULL) == 0) {
		must(view_refresh(&view, table, 10) == 0);
		must(view_row(&view, 0) >= 0);
	}
	view_release(&view);
}

static void try_group(const char *text, struct table *table)
{
	struct group *group = NULL;
	struct err err = {0};
	SCOPED(buf) rows = {0};

	if (group_new(table, text, "", &group, &err) < 0) {
		must(err.text[0]);
		return;
	}
	must(group_take(group) == 0);
	for (size_t row = 0; row < MIN_OF(table_n_live(group_table(group)), (size_t)3); row++)
		group_rows(group, row, &rows);
	group_free(group);
}

static void try_columns(const char *text, struct table *table)
{
	struct column columns[8];
	struct err err = {0};
	int n = table_columns_named(table, text, columns, ARRAY_LEN(columns), &err);
	SCOPED(buf) cell = {0};

	must(n >= 0 || (err.text[0] && err.column >= 1));
	for (int i = 0; i < n; i++)
		table_text(table, 0, &columns[i], PRINT_SHORT, &cell);
}

static void try_all(const char *text, size_t len, struct table *table)
{
	try_query(text, table);
	try_view(text, table);
	try_group(text, table);
	try_columns(text, table);
	query_complete(text, len, table, ignore_word, &len);
	if (len > 1) {
		size_t half = len / 2;

		query_complete(text, half, table, ignore_word, &half);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct table one, several;
	size_t len = MIN_OF(size, (size_t)MAX_INPUT_BYTES);
	char *text = malloc(len + 1);

	if (!one.current) {
		make_table(&one, 1);
		make_table(&several, CPUS);
	}
	memcpy(text, data, len);
	text[len] = '\0';
	len = strlen(text);
	try_regex(text, len);
	try_all(text, len, &one);
	try_all(text, len, &several);
	free(text);
	return 0;
}

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION

static const char *const words[] = {
	"packets",
	"load",
	"balance",
	"saddr",
	"dport",
	"name",
	"proto",
	"state",
	"key",
	"age",
	"packets.",
	".rate",
	".delta",
	"@0",
	" and ",
	" or ",
	" not ",
	" in ",
	"(",
	")",
	",",
	"..",
	"==",
	"!=",
	"<",
	">=",
	"~",
	"!~",
	"+",
	"-",
	"*",
	"/",
	"%",
	"1.5Mi",
	"30s",
	"0x1f",
	"1e308",
	"1e-3",
	"-1",
	"10.0.0.0/8",
	"::/0",
	"\"",
	"'",
	"\\",
	"\\x00",
	"{2,5}",
	"{99}",
	"[^a",
	"]",
	"(?i)",
	"|",
	"^",
	"$",
	"\xc3\xa4",
	"\xff",
	"18446744073709551615",
	"new",
	"tcp",
	" ",
	"true",
	"corners[1]",
	".x",
	".grid[0]",
	"[9]",
	"[",
	".smooth",
	"@1",
	".max",
	"src6",
	"smac",
	"bits",
	"/24",
	":log2",
	":1000",
	"::ffff:1",
	"/64",
	"02:00:00:00:00:01",
	"key.",
	"value",
	"idle",
	"seen",
	"last_seen",
	"rtt_ns",
	"age",
	"\"5s ago\"",
	"\"in 2s\"",
};

/* Writes a mutation of file into out[MAX_INPUT_BYTES]; returns its length. */
static size_t mutate(const struct buf *file, uint64_t *seed, char *out)
{
	size_t len = MIN_OF(file->len, (size_t)MAX_INPUT_BYTES);

	memcpy(out, file->at, len);
	for (uint64_t n = num_random(seed) % 4 + 1; n > 0; n--) {
		const char *word = words[num_random(seed) % ARRAY_LEN(words)];
		size_t at = num_random(seed) % (len + 1), gone = num_random(seed) % 6, added = 0;

		gone = MIN_OF(gone, len - at);
		if (num_random(seed) % 4 != 0)
			added = MIN_OF(strlen(word), MAX_INPUT_BYTES - len);
		memmove(out + at + added, out + at + gone, len - at - gone);
		memcpy(out + at, word, added);
		len = len - gone + added;
		if (len && num_random(seed) % 8 == 0)
			out[num_random(seed) % len] = (char)num_random(seed);
	}
	return len;
}

static void replay(const struct buf *file, const char *name, int *n_tests)
{
	char text[MAX_INPUT_BYTES + 64];
	uint64_t seed = file->len;

	LLVMFuzzerTestOneInput((const uint8_t *)file->at, file->len);
	for (int i = 0; i < N_MUTATIONS; i++) {
		size_t len = mutate(file, &seed, text);

		LLVMFuzzerTestOneInput((const uint8_t *)text, len);
	}
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
