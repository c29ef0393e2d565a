/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses of the kernel as symbols, from /proc/kallsyms: read when the first one is asked for, and again
 * when an address lies outside of everything known, as the code of programs loaded since does. Without
 * the right to see addresses the kernel shows them as zero, and there are no symbols.
 *
 * Reading takes a tenth of a second, longer than a frame. So a thread of its own reads into a table that
 * nobody else knows, and hands it over whole through `loaded`; until then there are no names, or the old
 * ones. Whoever writes to stdout, and so can't show the names later, waits for it. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tidy.h"
#include "read/names.h"
#include "read/source.h"

enum { MOST_BYTES = 128 << 20 };
/* Code of the kernel is never longer than this from its symbol. */
static const uint64_t longest = 1 << 24;
static const uint64_t fresh_ns = UINT64_C(10000000000);

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

static struct ksyms *known; /* the caller's thread alone */
static uint64_t asked_ns;   /* 0: never */
static bool is_loading;	    /* a thread was started and its table not yet taken */
static bool waits = true;
static pthread_t loader;
static _Atomic(struct ksyms *) loaded; /* on its way from the thread */

static void ksyms_free(struct ksyms *ksyms)
{
	if (!ksyms)
		return;
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
static struct ksyms *load(void)
{
	struct ksyms *ksyms = calloc(1, sizeof(*ksyms));
	const char *line;

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

static void *load_thread(void *unused)
{
	(void)unused;
	atomic_store(&loaded, load());
	return NULL;
}

static void take(struct ksyms *fresh)
{
	if (!fresh)
		return;
	ksyms_free(known);
	known = fresh;
}

/* Takes over what a thread has read; starts one when is_wanted. */
static void refresh(bool is_wanted)
{
	if (is_loading && (waits || atomic_load(&loaded))) {
		pthread_join(loader, NULL);
		is_loading = false;
		take(atomic_exchange(&loaded, NULL));
	}
	if (!is_wanted || is_loading || (asked_ns && clock_now_ns() - asked_ns <= fresh_ns))
		return;
	asked_ns = MAX_OF(clock_now_ns(), 1);
	if (waits || pthread_create(&loader, NULL, load_thread, NULL) != 0)
		take(load());
	else
		is_loading = true;
}

void source_lookups_wait(bool is_waiting)
{
	waits = is_waiting;
}

/* The last symbol at or before the address. */
static const struct symbol *find(uint64_t address)
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
	const struct symbol *symbol;

	(void)ctx;
	if (address >> 63 == 0) /* of user space */
		return false;
	refresh(false);
	symbol = find(address);
	if (!symbol) {
		refresh(true);
		symbol = find(address);
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
	(void)ctx;
	refresh(!known);
	for (size_t i = 0; known && i < known->n; i++) {
		const struct symbol *symbol = &known->at[i];

		if (symbol->len == len && memcmp(known->text.at + symbol->name, name, len) == 0) {
			*out = symbol->address;
			return true;
		}
	}
	return false;
}
