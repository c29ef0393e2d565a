/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `list` says to a person below its rows: as many maps as it listed, and their memory; a terminal is what
 * tells a person from a pipe. */
#include "maps.h"

#include <math.h>

#include "base/num.h"
#include "tests/live/ptydrive.h"

enum { WAIT_MS = 20000, N_ROWS = 50, N_COLS = 300 };

/* The whole output of list on a terminal. */
static void list(struct pty *pty, const char *option)
{
	const char *path = getenv("BPFMAPTOP");
	const char *const argv[] = {path ? path : "build/bpfmaptop", "list", option, NULL};

	assert_int_equal(pty_open(pty, argv, NULL, N_ROWS, N_COLS), 0);
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 0);
	buf_text(&pty->raw);
}

/* "138Mi" at text; NAN: it is none. */
static double bytes_at(const char *text)
{
	size_t len = strcspn(text, " B\r\n");
	struct num num = {0};

	return num_parse(text, len, &num) == (int)len && len ? num.real : NAN;
}

/* Rows below the titles, and what stands in the column of memory, right-aligned. */
static size_t add_rows(const char *text, double *bytes, size_t *n_unknown)
{
	const char *titles_end = strchr(text, '\n');
	const char *memory = strstr(text, "MEMORY");
	size_t n = 0, end = (size_t)(memory + strlen("MEMORY") - text);

	assert_true(titles_end && memory && memory < titles_end);
	for (const char *line = titles_end + 1; *line; line = strchr(line, '\n') + 1) {
		const char *at = line + end;

		if (strchr(line, '\n') - line < (ptrdiff_t)end)
			break; /* the total */
		while (at[-1] != ' ')
			at--;
		if (isnan(bytes_at(at)))
			++*n_unknown;
		else
			*bytes += bytes_at(at);
		n++;
	}
	return n;
}

static void the_total_is_that_of_the_rows(void **state)
{
	int one = make_map(BPF_MAP_TYPE_HASH, "one", 4, 8, 1000, 0);
	int two = make_map(BPF_MAP_TYPE_ARRAY, "two", 4, 64, 5000, 0);
	const char *total, *said;
	double bytes = 0, is;
	size_t n_unknown = 0, n;
	struct pty pty;
	char expected[32];

	(void)state;
	list(&pty, NULL);
	n = add_rows(buf_text(&pty.raw), &bytes, &n_unknown);
	assert_true(n >= 2);
	snprintf(expected, sizeof(expected), "\n%zu maps, ", n);
	total = strstr(buf_text(&pty.raw), expected);
	if (!total)
		fail_msg("no '%s' in: %s", expected + 1, buf_text(&pty.raw));
	said = total + strlen(expected);
	assert_int_equal(strncmp(said, "at least ", 9) == 0, n_unknown > 0);
	if (n_unknown)
		said += strlen("at least ");
	is = bytes_at(said);
	/* each row is rounded to three digits, and so is the total */
	if (!(fabs(is - bytes) <= bytes / 100))
		fail_msg("%s: rows add up to %.0f", total, bytes);
	assert_non_null(strstr(total, "B\r\n"));
	pty_close(&pty);
	close(one);
	close(two);
}

static void machines_get_no_total(void **state)
{
	struct pty pty;

	(void)state;
	list(&pty, "-ojsonl");
	assert_null(strstr(buf_text(&pty.raw), " maps, "));
	pty_close(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_total_is_that_of_the_rows),
		cmocka_unit_test(machines_get_no_total),
	};

	return run_live(tests);
}
