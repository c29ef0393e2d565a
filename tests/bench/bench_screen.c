/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The real binary on a pseudo-terminal: from start to the first frame with rows, from a key to its frame
 * while a million entries are being read every second, beside the cursor and to the far end of the map, also
 * while they are folded into groups; and the memory that it then has. */
#include "base/buf.h"
#include "onpty.h"

enum { SMALL = 1000, LARGE = 1000000, STARTS = 21, KEYS = 400, ROWS = 24, COLS = 80 };

static double first_frame_ms(uint32_t id)
{
	uint64_t began = bigmap_now_ns();
	struct pty pty;
	double ms;

	onpty_open_map(&pty, id, "1", ROWS, COLS);
	onpty_wait_rows(&pty);
	ms = (double)(bigmap_now_ns() - began) / 1e6;
	onpty_quit(&pty);
	return ms;
}

static int cursor_row(struct pty *pty)
{
	for (int row = 0; row < pty->rows; row++)
		if (pty_screen_line(pty, row)[0] == '>' ||
		    !strncmp(pty_screen_line(pty, row), "▶", 3))
			return row;
	return -1;
}

/* The first row that the screen says it shows, from 1; 0 while it is looking for them. */
static size_t top_row(struct pty *pty)
{
	size_t top = 0, last = 0;

	if (sscanf(pty_screen_line(pty, ROWS - 2), " rows %zu-%zu of", &top, &last) != 2)
		return 0;
	return top;
}

/* What a key must change. */
struct place {
	int row;
	size_t top;
};

static struct place place_of(struct pty *pty)
{
	return (struct place){cursor_row(pty), top_row(pty)};
}

static bool has_moved(struct pty *pty, const void *ctx)
{
	const struct place *was = ctx, is = place_of(pty);

	return is.row >= 0 && is.top && (is.row != was->row || is.top != was->top);
}

/* The cursor beside its old place, whatever else is under way. */
static bool has_stepped(struct pty *pty, const void *ctx)
{
	const struct place *was = ctx;
	int row = cursor_row(pty);

	return row >= 0 && row != was->row;
}

/* Keys in turn, each at a moment that has nothing to do with the readings. */
static void key_latency(struct pty *pty, const char *what, const char *const *keys, size_t n_keys,
			bool (*is_answered)(struct pty *pty, const void *ctx))
{
	uint64_t state = 7, until, began;
	double ms[KEYS];

	for (size_t i = 0; i < KEYS; i++) {
		struct place was;

		until = bigmap_now_ns() + (5 + num_random(&state) % 60) * 1000000;
		while (bigmap_now_ns() < until || (is_answered == has_moved && !top_row(pty)))
			pty_pump(pty, 1);
		was = place_of(pty);
		began = bigmap_now_ns();
		pty_send(pty, keys[i % n_keys]);
		if (!pty_wait(pty, is_answered, &was, ONPTY_WAIT_MS))
			bigmap_fail("a key was lost", -ETIME);
		ms[i] = (double)(bigmap_now_ns() - began) / 1e6;
	}
	qsort(ms, KEYS, sizeof(*ms), bigmap_by_value);
	printf("%-48s median %.1f ms, 99th percentile %.1f ms, worst %.1f ms\n", what, ms[KEYS / 2],
	       ms[KEYS * 99 / 100], ms[KEYS - 1]);
}

static double status_mb(pid_t pid, const char *field)
{
	char path[64], line[256];
	double kb = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			kb = strtod(line + strlen(field) + 1, NULL);
	if (file)
		fclose(file);
	return kb * 1024 / 1e6;
}

/* -- groups -- */

struct grouping {
	const char *by;
	size_t n; /* groups that it makes of all entries */
};

static size_t count_dports(uint32_t n_entries)
{
	static bool is_there[UINT16_MAX + 1];
	size_t n = 0;

	for (uint32_t i = 0; i < n_entries; i++) {
		bool *is_known = &is_there[bigmap_key(i).dport];

		n += !*is_known;
		*is_known = true;
	}
	return n;
}

/* The line of counts has rows of so many groups, and what they are by. */
static bool is_grouped(struct pty *pty, const void *ctx)
{
	const struct grouping *grouping = ctx;
	SCOPED(buf) n = {0}, by = {0};
	const char *counts;

	buf_addc(&n, ' ');
	num_grouped(&n, grouping->n);
	buf_adds(&n, " groups");
	buf_addf(&by, " by %s", grouping->by);
	counts = pty_screen_line(pty, ROWS - 2);
	return top_row(pty) && strstr(counts, buf_text(&n)) && strstr(counts, buf_text(&by));
}

/* Typed over what the line begins with, the grouping before. */
static void group_latency(struct pty *pty, const struct grouping *grouping)
{
	static const char *const near[] = {"j", "k"};
	SCOPED(buf) keys = {0}, what = {0};

	buf_addf(&keys, "bb\x15%s\r", grouping->by);
	pty_send(pty, buf_text(&keys));
	if (!pty_wait(pty, is_grouped, grouping, ONPTY_WAIT_MS))
		bigmap_fail("it was not grouped as asked for", -ETIME);
	buf_addf(&what, "  down, up, grouped by %s (", grouping->by);
	num_grouped(&what, grouping->n);
	buf_adds(&what, " groups)");
	key_latency(pty, buf_text(&what), near, ARRAY_LEN(near), has_stepped);
}

static void large(uint32_t n)
{
	static const char *const near[] = {"j", "k"};
	static const char *const far[] = {"\x1bOF", "\x1b[5~", "\x1b[5~", "\x1bOH"};
	int fd = bigmap_create("bench_flows", n);
	double raw_mb = (double)n * 80 / 1e6, mb;
	struct pty pty;

	bigmap_write(fd, 0, n, 1);
	onpty_open_map(&pty, bigmap_id(fd), "1", ROWS, COLS);
	onpty_wait_rows(&pty);
	if (!pty_wait_text(&pty, "LIVE", ONPTY_WAIT_MS))
		bigmap_fail("the first reading never ended", -ETIME);
	printf("from a key to its frame, while %u entries are read every second\n", n);
	key_latency(&pty, "  down, up", near, ARRAY_LEN(near), has_moved);
	key_latency(&pty, "  End, PgUp, PgUp, Home", far, ARRAY_LEN(far), has_moved);
	group_latency(&pty, &(struct grouping){"dport", count_dports(n)});
	group_latency(&pty, &(struct grouping){"saddr", n});
	mb = status_mb(pty.pid, "VmHWM:");
	printf("resident memory at its peak                      %.0f MB for %.0f MB of rows: %.2f "
	       "times + 12 MB\n",
	       mb, raw_mb, (mb - 12 * 1.048576) / raw_mb);
	onpty_quit(&pty);
	close(fd);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : LARGE;
	double starts[STARTS];
	int fd = bigmap_create("bench_flows", SMALL);

	bigmap_write(fd, 0, SMALL, 1);
	for (int i = 0; i < STARTS; i++)
		starts[i] = first_frame_ms(bigmap_id(fd));
	printf("start to first frame, %d entries                %.1f ms (median of %d)\n", SMALL,
	       bigmap_median(starts, STARTS), STARTS);
	close(fd);
	large(n);
	return 0;
}
