/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of the kernel as symbols, from /proc/kallsyms: read once, when the first one is asked for,
 * and again when an address lies outside of everything known, as the code of programs loaded since
 * does. Without the right to see addresses the kernel shows them as zero, and there are no symbols. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tidy.h"
#include "read/names.h"

enum { MOST_BYTES = 128 << 20 };
/* Code of the kernel is never longer than this from its symbol. */
static const uint64_t longest = 1 << 24;
static const uint64_t fresh_ns = UINT64_C(10000000000);

struct symbol {
	uint64_t address;
	uint32_t name; /* offset into text */
	uint32_t len;
};

static struct {
	struct buf text;   /* lives as long as the process */
	struct symbol *at; /* sorted by address */
	size_t n, cap;
	uint64_t asked_ns; /* 0: never */
} ksyms;

static int compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static bool add(uint64_t address, const char *name)
{
	if (ksyms.n == ksyms.cap) {
		size_t cap = MAX_OF(1 << 16, ksyms.cap * 2);
		struct symbol *at = reallocarray(ksyms.at, cap, sizeof(*at));

		if (!at)
			return false;
		ksyms.at = at;
		ksyms.cap = cap;
	}
	ksyms.at[ksyms.n++] = (struct symbol){
		.address = address,
		.name = (uint32_t)(name - ksyms.text.at),
		.len = (uint32_t)strcspn(name, " \t\n"),
	};
	return true;
}

/* "ffffffff81000000 T _text\t[module]": code only. */
static bool add_line(const char *line)
{
	char *end;
	uint64_t address = strtoull(line, &end, 16);

	if (address == 0 || end[0] != ' ' || !strchr("tTwW", end[1]) || end[2] != ' ')
		return true;
	return add(address, end + 3);
}

static void ask(void)
{
	const char *line;

	ksyms.asked_ns = MAX_OF(clock_now_ns(), 1);
	ksyms.n = 0;
	buf_clear(&ksyms.text);
	if (file_read("/proc/kallsyms", MOST_BYTES, &ksyms.text) < 0 || !ksyms.text.at)
		return;
	for (line = ksyms.text.at; line && *line && add_line(line);) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (ksyms.n)
		qsort(ksyms.at, ksyms.n, sizeof(*ksyms.at), compare);
}

/* The last symbol at or before the address. */
static const struct symbol *find(uint64_t address)
{
	size_t from = 0, until = ksyms.n;

	while (from < until) {
		size_t mid = from + (until - from) / 2;

		if (ksyms.at[mid].address <= address)
			from = mid + 1;
		else
			until = mid;
	}
	if (from == 0 || address - ksyms.at[from - 1].address > longest)
		return NULL;
	return &ksyms.at[from - 1];
}

bool ksyms_lookup(void *ctx, uint64_t address, struct buf *out)
{
	bool is_stale = !ksyms.asked_ns || clock_now_ns() - ksyms.asked_ns > fresh_ns;
	const struct symbol *symbol = find(address);

	(void)ctx;
	if (address >> 63 == 0) /* of user space */
		return false;
	if (!symbol && is_stale) {
		ask();
		symbol = find(address);
	}
	if (!symbol)
		return false;
	buf_add(out, ksyms.text.at + symbol->name, symbol->len);
	if (address > symbol->address)
		buf_addf(out, "+0x%llx", (unsigned long long)(address - symbol->address));
	return true;
}
