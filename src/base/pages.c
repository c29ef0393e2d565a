/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mremap moves the page tables of a growing array, so a gigabyte grows as fast as a kilobyte.
 *
 * Huge pages make up to 2 MiB resident at the first touched byte. Dozens of small arrays would pay that
 * each, so arrays below HUGE_FROM_BYTES keep to small pages; above, the tail is noise. */
#include "base/pages.h"

#include "base/tidy.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_FROM_BYTES ((size_t)6 << 20)

static size_t page_bytes(void)
{
	static size_t bytes;

	if (!bytes)
		bytes = (size_t)sysconf(_SC_PAGESIZE);
	return bytes;
}

static size_t round_up(size_t n)
{
	return (n + page_bytes() - 1) & ~(page_bytes() - 1);
}

void pages_release(struct pages *pages)
{
	if (!pages)
		return;
	if (pages->at)
		munmap(pages->at, pages->cap);
	*pages = (struct pages){0};
}

bool pages_release_some(struct pages *pages, size_t n)
{
	size_t left = pages->cap - MIN_OF(round_up(n), pages->cap);

	if (!left) {
		pages_release(pages);
		return false;
	}
	munmap(pages->at + left, pages->cap - left);
	pages->cap = left;
	return true;
}

static int pages_map(struct pages *pages, size_t cap)
{
	void *at = pages->at ? mremap(pages->at, pages->cap, cap, MREMAP_MAYMOVE)
			     : mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, 0);

	if (at == MAP_FAILED)
		return -ENOMEM;
	pages->at = at;
	pages->cap = cap;
	/* Only advice: kernels without huge pages refuse it, and nothing is lost. */
	madvise(at, cap, cap < HUGE_FROM_BYTES ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
	return 0;
}

int pages_reserve(struct pages *pages, size_t n)
{
	if (n <= pages->cap)
		return 0;
	if (n > PTRDIFF_MAX / 2)
		return -ENOMEM;
	size_t exact = round_up(n);
	size_t ample = round_up(MAX_OF(n, pages->cap + pages->cap / 2));
	if (pages_map(pages, ample) == 0)
		return 0;
	return pages_map(pages, exact);
}

void pages_trim(struct pages *pages, size_t n)
{
	size_t kept = n >= pages->cap ? pages->cap : round_up(n);

	if (kept < pages->cap)
		madvise(pages->at + kept, pages->cap - kept, MADV_DONTNEED);
}
