/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CPU time on a terminal of 200x60, beside htop's in the same run: of a key that moves the cursor over a
 * million entries, and of being left alone with 1,000 entries read every second.
 *
 * A key costs what the process's CPU clock goes on by during KEYS keys, each with the time to be drawn
 * before the next, less what it goes on by in as long without any. The million entries are read once and
 * settled before, so no reading is in it. htop's rows are the processes of this host; it is told to look
 * at them as rarely as it can (every 10 s) while keys are pressed, and every second when left alone. */
#include "onpty.h"

enum {
	ROWS = 60,
	COLS = 200,
	SMALL = 1000,
	LARGE = 1000000,
	KEYS = 100,
	KEY_NS = 30000000,
	QUIET_NS = 300000000,
	IDLE_S = 10,
};

static const struct {
	const char *name, *bytes[2]; /* pressed in turn */
} moves[] = {
	{"Down", {"\x1bOB", "\x1bOB"}},
	{"PgDn", {"\x1b[6~", "\x1b[6~"}},
	{"End, PgUp", {"\x1bOF", "\x1b[5~"}},
	{"End, Home", {"\x1bOF", "\x1bOH"}},
};

static double spent_ms(struct pty *pty, const char *const bytes[2])
{
	uint64_t before = onpty_cpu_ns(pty);

	for (int i = 0; i < KEYS; i++) {
		if (bytes)
			pty_send(pty, bytes[i % 2]);
		onpty_pass(pty, KEY_NS);
	}
	return (double)(onpty_cpu_ns(pty) - before) / 1e6;
}

/* Nothing is under way any more. */
static void settle(struct pty *pty)
{
	uint64_t until = bigmap_now_ns() + ONPTY_WAIT_MS * 1000000ull, before;

	do {
		if (bigmap_now_ns() > until)
			bigmap_fail("it never rests", -ETIME);
		before = onpty_cpu_ns(pty);
		onpty_pass(pty, QUIET_NS);
	} while (onpty_cpu_ns(pty) - before > QUIET_NS / 100);
}

static void press_keys(struct pty *pty, double *ms_a_key)
{
	double alone;

	settle(pty);
	alone = spent_ms(pty, NULL);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		ms_a_key[i] = (spent_ms(pty, moves[i].bytes) - alone) / KEYS;
		pty_send(pty, "\x1bOH");
		settle(pty);
	}
}

static double idle_percent(struct pty *pty)
{
	uint64_t before;

	onpty_pass(pty, 2000000000);
	before = onpty_cpu_ns(pty);
	onpty_pass(pty, IDLE_S * 1000000000ull);
	return (double)(onpty_cpu_ns(pty) - before) / (IDLE_S * 1e7);
}

/* false: it isn't there. */
static bool open_htop(struct pty *pty, const char *tenths)
{
	if (pty_open(pty, (const char *const[]){"htop", "-d", tenths, NULL},
		     (const char *const[]){"LC_ALL=C.UTF-8", "HTOPRC=/nonexistent/htoprc", NULL},
		     ROWS, COLS) < 0)
		return false;
	if (pty_wait_text(pty, "Tasks", ONPTY_WAIT_MS))
		return true;
	pty_close(pty);
	return false;
}

static bool measure_htop(double *ms_a_key, double *idle)
{
	struct pty pty;

	if (!open_htop(&pty, "100"))
		return false;
	press_keys(&pty, ms_a_key);
	onpty_quit(&pty);
	if (!open_htop(&pty, "10"))
		return false;
	*idle = idle_percent(&pty);
	onpty_quit(&pty);
	return true;
}

static void measure(uint32_t n, double *ms_a_key, double *idle)
{
	int fd = bigmap_create("bench_flows", n);
	struct pty pty;

	bigmap_write(fd, 0, n, 1);
	onpty_open_map(&pty, bigmap_id(fd), ms_a_key ? "3600" : "1", ROWS, COLS);
	onpty_wait_rows(&pty);
	if (ms_a_key)
		press_keys(&pty, ms_a_key);
	else
		*idle = idle_percent(&pty);
	onpty_quit(&pty);
	close(fd);
}

static void print_beside(const char *what, double mine, double theirs, bool has_htop,
			 const char *unit)
{
	printf("%-46s %.2f %s", what, mine, unit);
	if (has_htop)
		printf("; htop %.2f %s", theirs, unit);
	else
		printf("; no htop on this host");
	printf("\n");
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : LARGE;
	double mine[ARRAY_LEN(moves)], theirs[ARRAY_LEN(moves)] = {0}, idle = 0, their_idle = 0;
	bool has_htop;

	measure(n, mine, NULL);
	measure(SMALL, NULL, &idle);
	has_htop = measure_htop(theirs, &their_idle);
	printf("CPU time at %dx%d\n", COLS, ROWS);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		char what[64];

		snprintf(what, sizeof(what), "  a key, %s, %u entries", moves[i].name, n);
		print_beside(what, mine[i], theirs[i], has_htop, "ms");
	}
	print_beside("  left alone, 1,000 entries read every second", idle, their_idle, has_htop,
		     "% of a core");
	return 0;
}
