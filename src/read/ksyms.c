/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of the kernel as symbols, from /proc/kallsyms: read when the first one is asked for, and again
 * when an address lies outside of everything known, as the code of programs loaded since does. Without
 * the right to see addresses the kernel shows them as zero, and there are no symbols.
 *
 * Reading takes a tenth of a second. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"
#include "read/later.h"
#include "read/names.h"

enum { MOST_BYTES = 128 << 20 };
/* Code of the kernel is never longer than this from its symbol. */
static const uint64_t longest = 1 << 24;

struct symbol {
	uint64_t address;
	uint32_t name; /* offset into text */
	uint32_t len;
};

struct ksyms {
	struct buf text;
	struct symbol *at; /* sorted by address */
	size_t n, cap;
};

static void ksyms_free(void *table)
{
	struct ksyms *ksyms = table;

	buf_release(&ksyms->text);
	free(ksyms->at);
	free(ksyms);
}

static int compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static bool add(struct ksyms *ksyms, uint64_t address, const char *name)
{
	if (ksyms->n == ksyms->cap) {
		size_t cap = MAX_OF(1 << 16, ksyms->cap * 2);
		struct symbol *at = reallocarray(ksyms->at, cap, sizeof(*at));

		if (!at)
			return false;
		ksyms->at = at;
		ksyms->cap = cap;
	}
	ksyms->at[ksyms->n++] = (struct symbol){
		.address = address,
		.name = (uint32_t)(name - ksyms->text.at),
		.len = (uint32_t)strcspn(name, " \t\n"),
	};
	return true;
}

/* "ffffffff81000000 T _text\t[module]": code only. */
static bool add_line(struct ksyms *ksyms, const char *line)
{
	char *end;
	uint64_t address = strtoull(line, &end, 16);

	if (address == 0 || end[0] != ' ' || !strchr("tTwW", end[1]) || end[2] != ' ')
		return true;
	return add(ksyms, address, end + 3);
}

/* NULL when out of memory; empty where there are no symbols to be had. */
static void *load(const void *unused)
{
	struct ksyms *ksyms = calloc(1, sizeof(*ksyms));
	const char *line;

	(void)unused;
	if (!ksyms || file_read("/proc/kallsyms", MOST_BYTES, &ksyms->text) < 0)
		return ksyms;
	for (line = ksyms->text.at; line && *line && add_line(ksyms, line);) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (ksyms->n)
		qsort(ksyms->at, ksyms->n, sizeof(*ksyms->at), compare);
	return ksyms;
}

static struct later symbols = {.load = load, .free = ksyms_free, .fresh_ns = UINT64_C(10000000000)};

/* The last symbol at or before the address. */
static const struct symbol *find(const struct ksyms *known, uint64_t address)
{
	size_t from = 0, until = known ? known->n : 0;

	while (from < until) {
		size_t mid = from + (until - from) / 2;

		if (known->at[mid].address <= address)
			from = mid + 1;
		else
			until = mid;
	}
	if (from == 0 || address - known->at[from - 1].address > longest)
		return NULL;
	return &known->at[from - 1];
}

bool ksyms_lookup(void *ctx, uint64_t address, struct buf *out)
{
	const struct ksyms *known = later_table(&symbols, false);
	const struct symbol *symbol = find(known, address);

	(void)ctx;
	if (address >> 63 == 0) /* of user space */
		return false;
	if (!symbol) {
		known = later_table(&symbols, true);
		symbol = find(known, address);
	}
	if (!symbol)
		return false;
	buf_add(out, known->text.at + symbol->name, symbol->len);
	if (address > symbol->address)
		buf_addf(out, "+0x%llx", (unsigned long long)(address - symbol->address));
	return true;
}

bool ksyms_address(void *ctx, const char *name, size_t len, uint64_t *out)
{
	const struct ksyms *known = later_table(&symbols, !symbols.known);

	(void)ctx;
	for (size_t i = 0; known && i < known->n; i++) {
		const struct symbol *symbol = &known->at[i];

		if (symbol->len == len && memcmp(known->text.at + symbol->name, name, len) == 0) {
			*out = symbol->address;
			return true;
		}
	}
	return false;
}
