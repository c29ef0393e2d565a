/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The real binary on a pseudo-terminal: from start to the first frame with rows, from a key to its frame
 * while a million entries are being read every second, and the memory that it then has. */
#include <errno.h>
#include <stdarg.h>

#include "bigmap.h"
#include "../live/ptydrive.h"

enum { SMALL = 1000, LARGE = 1000000, STARTS = 21, KEYS = 400, WAIT_MS = 30000 };

static const char *program(void)
{
	const char *path = getenv("BPFMAPTOP");

	return path ? path : "build/bpfmaptop";
}

static void open_map(struct pty *pty, uint32_t id)
{
	char spec[32];

	snprintf(spec, sizeof(spec), "id:%u", id);
	if (pty_open(pty, (const char *const[]){program(), "-s", "saddr", spec, NULL},
		     (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 80) < 0)
		bigmap_fail("cannot start", -1);
}

static double first_frame_ms(uint32_t id)
{
	uint64_t began = bigmap_now_ns();
	struct pty pty;
	double ms;

	open_map(&pty, id);
	if (!pty_wait_text(&pty, "192.0.2.", WAIT_MS))
		bigmap_fail("no first frame", -ETIME);
	ms = (double)(bigmap_now_ns() - began) / 1e6;
	pty_send(&pty, "Q");
	pty_wait_exit(&pty, WAIT_MS);
	pty_close(&pty);
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

struct wanted {
	int row;
};

static bool is_there(struct pty *pty, const void *ctx)
{
	return cursor_row(pty) == ((const struct wanted *)ctx)->row;
}

/* The cursor goes up and down between two rows, at moments that have nothing to do with the readings. */
static void key_latency(struct pty *pty, double *ms)
{
	struct wanted home = {cursor_row(pty)}, next = {home.row + 1};
	uint64_t state = 7;

	for (int i = 0; i < KEYS; i++) {
		uint64_t until = bigmap_now_ns() + (5 + num_random(&state) % 60) * 1000000, began;

		while (bigmap_now_ns() < until)
			pty_pump(pty, 1);
		began = bigmap_now_ns();
		pty_send(pty, i % 2 ? "k" : "j");
		if (!pty_wait(pty, is_there, i % 2 ? &home : &next, WAIT_MS))
			bigmap_fail("a key was lost", -ETIME);
		ms[i] = (double)(bigmap_now_ns() - began) / 1e6;
	}
	qsort(ms, KEYS, sizeof(*ms), bigmap_by_value);
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

static void large(uint32_t n)
{
	int fd = bigmap_create("bench_flows", n);
	double ms[KEYS], raw_mb = (double)n * 80 / 1e6, mb;
	struct pty pty;

	bigmap_write(fd, 0, n, 1);
	open_map(&pty, bigmap_id(fd));
	if (!pty_wait_text(&pty, "192.0.2.", WAIT_MS))
		bigmap_fail("no first frame", -ETIME);
	pty_wait_text(&pty, "LIVE", WAIT_MS);
	key_latency(&pty, ms);
	mb = status_mb(pty.pid, "VmHWM:");
	printf("key to frame while reading %u entries     median %.1f ms, 99th percentile %.1f ms, "
	       "worst %.1f ms\n",
	       n, ms[KEYS / 2], ms[KEYS * 99 / 100], ms[KEYS - 1]);
	printf("resident memory at its peak                   %.0f MB for %.0f MB of rows: %.2f "
	       "times "
	       "+ 12 MB\n",
	       mb, raw_mb, (mb - 12 * 1.048576) / raw_mb);
	pty_send(&pty, "Q");
	pty_wait_exit(&pty, WAIT_MS);
	pty_close(&pty);
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
	printf("start to first frame, %d entries            %.1f ms (median of %d)\n", SMALL,
	       bigmap_median(starts, STARTS), STARTS);
	close(fd);
	large(n);
	return 0;
}
