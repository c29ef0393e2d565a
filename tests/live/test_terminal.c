/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The real binary and its terminal, byte by byte: each pane, UTF-8 as it is typed, themes, the mouse; it
 * asks the terminal nothing, writes a frame at once, and does not wait for a terminal that is slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ptyleft.h"

enum { WAIT_MS = 20000, N_ROWS = 24, N_COLS = 100 };

static void start(struct pty *pty, const char *const *words, int rows, int cols)
{
	const char *path = getenv("BPFMAPTOP"), *argv[16] = {path ? path : "build/bpfmaptop"};

	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	assert_int_equal(
		pty_open(pty, argv, (const char *const[]){"LC_ALL=C.UTF-8", NULL}, rows, cols), 0);
	assert_true(pty_wait_text(pty, "LIVE", WAIT_MS));
	assert_true(pty_wait_text(pty, "rows 1-", WAIT_MS)); /* rows: the first reading was taken */
}

#define START(pty, rows, cols, ...) start(pty, (const char *const[]){__VA_ARGS__, NULL}, rows, cols)

/* All it wrote is there then. */
static void end(struct pty *pty)
{
	const char *left;

	pty_send(pty, "\x03");
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 0);
	left = pty_not_restored(pty);
	if (left)
		fail_msg("%s not as before", left);
}

static void quit(struct pty *pty)
{
	end(pty);
	pty_close(pty);
}

static void must_show(struct pty *pty, const char *text)
{
	SCOPED(buf) screen = {0};

	if (pty_wait_text(pty, text, WAIT_MS))
		return;
	pty_screen_text(pty, &screen);
	fail_msg("'%s' is not on the screen:\n%s", text, buf_text(&screen));
}

static void must_lose(struct pty *pty, const char *text)
{
	if (!pty_wait_gone(pty, text, WAIT_MS))
		fail_msg("'%s' is still on the screen", text);
}

struct anew {
	size_t from;	       /* of what came, where the wait began */
	struct buf before[64]; /* the lines that were there last */
};

/* The screen was cleared, in the frame that was shown last. Until then what is there is kept. */
static bool is_drawn_anew(struct pty *pty, const void *ctx)
{
	static const char clear[] = "\033[H\033[2J";
	struct anew *anew = *(struct anew *const *)ctx;

	if (memmem(pty->raw.at + anew->from, pty->n_shown - anew->from, clear, strlen(clear)))
		return true;
	for (int row = 0; row < pty->rows; row++) {
		buf_clear(&anew->before[row]);
		buf_adds(&anew->before[row], pty_screen_line(pty, row));
	}
	return false;
}

/* What frame after frame has made of the screen is what one whole frame makes of it. Nothing is under way: what was
 * pressed is seen. The first line has the time, the last but one may have a message, which any key takes away. */
static void must_be_what_is_drawn_anew(struct pty *pty, const char *where)
{
	struct anew anew = {.from = pty->n_shown}, *ctx = &anew;

	pty_send(pty, "\x0c");
	assert_true(pty_wait(pty, is_drawn_anew, &ctx, WAIT_MS));
	for (int row = 1; row < pty->rows; row++) {
		const char *is = pty_screen_line(pty, row);

		if (row != pty->rows - 2 && strcmp(buf_text(&anew.before[row]), is) != 0)
			fail_msg("%s: line %d was, and drawn anew it is\n%s\n%s", where, row,
				 buf_text(&anew.before[row]), is);
	}
	for (size_t row = 0; row < ARRAY_LEN(anew.before); row++)
		buf_release(&anew.before[row]);
}

static void each_pane(void **state)
{
	static const struct {
		const char *keys, *shows; /* what only the last of the keys brings */
		const char *back;	  /* takes it away; NULL: it stays */
		bool changes;		  /* with ^L: that is text there, or the frame is counted */
	} panes[] = {
		{"\r", "in 1 of 1", "\r"},
		{"e", "in 1 of 1", "e"},
		{"?", "scroll the columns", "\x1b"},
		{"m", "to the terminal", "\x1b", true},
		{"C", "not enough seen yet", "\x1b"},
		{"l", "messages", "\x1b"},
		{"s", "sort by", "\x1b"},
		{"c", "columns: name", "\x1b"},
		{"T", "solarized", "\x1b"},
		{"|", "─ 2 verdicts"},
		{"_", "─ 3 sizes"},
		{"_", "─ 1 ports detail"},
		{"3H", "256..512", "H"},
		{"1", "─[1 ports]"},
		{"bbproto\r", "by proto", "\x1b"},
		{"x", "CPUs: the highest", "x"},
		{"/udp", "/ udp", "\x1b", true},
		{"\x06udp", "search: udp", "\x1b", true},
		{":sort", ": sort", "\x1b", true},
		{"d", "every (seconds)", "\x1b", true},
		{"w", "write to", "\x1b", true},
		{"p", "PAUSED", "p"},
	};
	struct pty pty;

	(void)state;
	START(&pty, 40, N_COLS, "-d", "3600", "sim:ports", "sim:verdicts", "sim:sizes");
	for (size_t i = 0; i < ARRAY_LEN(panes); i++) {
		if (pty_shows(&pty, panes[i].shows))
			fail_msg("'%s' is there before it is asked for", panes[i].shows);
		pty_send(&pty, panes[i].keys);
		must_show(&pty, panes[i].shows);
		if (!panes[i].changes)
			must_be_what_is_drawn_anew(&pty, panes[i].shows);
		if (!panes[i].back)
			continue;
		pty_send(&pty, panes[i].back);
		must_lose(&pty, panes[i].shows);
	}
	quit(&pty);
}

static size_t count(const struct buf *raw, size_t from, const char *what)
{
	const char *at = raw->at + from, *end = raw->at + raw->len;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
		at += strlen(what);
		n++;
	}
	return n;
}

struct since {
	size_t raw_len, n_frames;
};

static bool has_frames(struct pty *pty, const void *ctx)
{
	const struct since *since = ctx;

	return count(&pty->raw, since->raw_len, "\033[?2026l") >= since->n_frames;
}

/* Whatever was sent before is read by then. */
static void resize_and_back(struct pty *pty)
{
	const int rows[] = {pty->rows - 1, pty->rows};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct since since = {pty->raw.len, 1};

		pty_resize(pty, rows[i], pty->cols);
		assert_true(pty_wait(pty, has_frames, &since, WAIT_MS));
	}
}

static void text_is_typed_in_any_script(void **state)
{
	struct pty pty;
	int row;

	(void)state;
	START(&pty, N_ROWS, N_COLS, "-d", "3600", "sim:kinds");
	pty_send(&pty, "/key ~ \"\xc3\xa9\xe6\xbc\xa2\xe5\xad\x97");
	must_show(&pty, "/ key ~ \"\xc3\xa9\xe6\xbc\xa2\xe5\xad\x97");
	row = pty_find(&pty, "/ key ~");
	assert_int_equal(pty.cursor.row, row);
	/* " / " and seven characters and a quote before one of one column and two of two */
	assert_int_equal(pty.cursor.col, 3 + 7 + 1 + 2 + 2);
	pty_send(&pty, "\x7f\x7f");
	must_lose(&pty, "\xe6\xbc\xa2");
	must_show(&pty, "/ key ~ \"\xc3\xa9");
	assert_int_equal(pty.cursor.col, 3 + 7 + 1);
	/* Half a character is none; the rest of it comes later. */
	pty_send(&pty, "\xe6\xbc");
	resize_and_back(&pty);
	pty_send(&pty, "\xa2\"");
	must_show(&pty, "\xc3\xa9\xe6\xbc\xa2\"");
	pty_send(&pty, "\x1b");
	must_lose(&pty, "/ key ~");
	must_be_what_is_drawn_anew(&pty, "after a filter");
	quit(&pty);
}

static bool same_colour(VTermColor a, VTermColor b)
{
	return vterm_color_is_equal(&a, &b);
}

struct place {
	int row, col;
	VTermColor ink;
};

static bool is_of_other_ink(struct pty *pty, const void *ctx)
{
	const struct place *place = ctx;

	return !same_colour(pty_cell(pty, place->row, place->col).fg, place->ink);
}

/* Every theme once around: the map's name changes its colour, and comes back to it. */
static void themes_switch(void **state)
{
	struct pty pty;
	struct place name;

	(void)state;
	START(&pty, N_ROWS, N_COLS, "-d", "3600", "--theme", "default", "sim:ports");
	name.row = pty_find(&pty, "ports");
	name.col = pty_find_col(&pty, name.row, "ports");
	name.ink = pty_cell(&pty, name.row, name.col).fg;
	pty_send(&pty, ":theme nord\r");
	assert_true(pty_wait(&pty, is_of_other_ink, &name, WAIT_MS));
	name.ink = pty_cell(&pty, name.row, name.col).fg;
	pty_send(&pty, "T");
	must_show(&pty, "dracula");
	pty_send(&pty, "g");
	assert_true(pty_wait(&pty, is_of_other_ink, &name, WAIT_MS));
	name.ink = pty_cell(&pty, name.row, name.col).fg;
	pty_send(&pty, "\x1b"); /* as before */
	assert_true(pty_wait(&pty, is_of_other_ink, &name, WAIT_MS));
	must_be_what_is_drawn_anew(&pty, "themes");
	quit(&pty);
}

static bool has_mouse(struct pty *pty, const void *wanted)
{
	return (pty->mouse != VTERM_PROP_MOUSE_NONE) == *(const bool *)wanted;
}

static bool is_cursor_at(struct pty *pty, const void *row)
{
	return strncmp(pty_screen_line(pty, *(const int *)row), ">", 1) == 0;
}

static bool is_cursor_off(struct pty *pty, const void *row)
{
	return !is_cursor_at(pty, row);
}

static void the_mouse_when_asked(void **state)
{
	static const bool on = true, off = false;
	struct pty pty;
	int titles, row;

	(void)state;
	START(&pty, N_ROWS, N_COLS, "-d", "3600", "sim:ports");
	assert_int_equal(pty.mouse, VTERM_PROP_MOUSE_NONE);
	pty_send(&pty, "\x1bOQ");
	assert_true(pty_wait(&pty, has_mouse, &on, WAIT_MS));
	titles = pty_find(&pty, "PROTO");
	row = titles + 4;
	pty_click(&pty, row, 8, 1);
	must_show(&pty, "ORDER HELD");
	assert_true(is_cursor_at(&pty, &row));
	pty_click(&pty, row, 8, 5); /* the wheel */
	assert_true(pty_wait(&pty, is_cursor_off, &row, WAIT_MS));
	pty_click(&pty, titles, pty_find_col(&pty, titles, "PROTO"), 1);
	must_show(&pty, "PROTO");
	pty_send(&pty, "\x1bOQ");
	assert_true(pty_wait(&pty, has_mouse, &off, WAIT_MS));
	quit(&pty);
}

/* Answers would be typed into whatever runs next, or wait for on a slow line. */
static void the_terminal_is_asked_nothing(void **state)
{
	static const char *const questions[] = {
		"\033[c", "\033[0c", "\033[>", "\033[=c", "\033[5n",  "\033[6n",  "\033[?6n",
		"$p",	  "\033P",   "\033]1", "\033]4;", "\033[18t", "\033[14t", "\033[?u"};
	struct pty pty;

	(void)state;
	START(&pty, N_ROWS, N_COLS, "sim:flows");
	pty_send(&pty, "tT\x1b?\x1b");
	end(&pty);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		if (memmem(pty.raw.at, pty.raw.len, questions[i], strlen(questions[i])))
			fail_msg("the terminal is asked: ESC%s", questions[i] + 1);
	pty_close(&pty);
}

/* -- frames -- */

/* What stands behind the label in a file in /proc/PID. Borrowed until the next call. */
static const char *said_of(const struct pty *pty, const char *file, const char *label)
{
	static char text[1 << 14];
	SCOPED(buf) whole = {0};
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pty->pid, file);
	assert_int_equal(file_read(path, sizeof(text) - 1, &whole), 0);
	snprintf(text, sizeof(text), "%s", buf_text(&whole));
	at = strstr(text, label);
	assert_non_null(at);
	return at + strlen(label);
}

static unsigned long figure(const struct pty *pty, const char *file, const char *label)
{
	return strtoul(said_of(pty, file, label), NULL, 10);
}

static bool is_asleep(const struct pty *pty)
{
	return *said_of(pty, "status", "State:\t") == 'S';
}

/* How often write(2) was called so far, at a moment at which all that came of that is taken in: none was under way
 * while it slept, and none went on before and after. */
static unsigned long writes_so_far(struct pty *pty)
{
	uint64_t deadline = pty_deadline(WAIT_MS);
	unsigned long before, after;
	bool has_slept;

	do {
		before = figure(pty, "io", "syscw: ");
		/* What was written is there for poll(2) at once: n_tty_poll(), drivers/tty/n_tty.c. */
		while (pty_pump(pty, 0) > 0)
			continue;
		has_slept = is_asleep(pty);
		after = figure(pty, "io", "syscw: ");
	} while ((!has_slept || before != after) && pty_ms_until(deadline) > 0);
	assert_true(has_slept && before == after);
	return after;
}

/* Frames of the synchronised mode, nothing between them, and no write(2) but theirs. */
static void a_frame_is_one_write(void **state)
{
	struct pty pty;
	struct since since = {.n_frames = 10};
	unsigned long writes;
	size_t n;

	(void)state;
	START(&pty, N_ROWS, N_COLS, "-d", "0.1", "sim:flows");
	assert_true(pty_wait(&pty, has_frames, &(struct since){0, 3}, WAIT_MS));
	writes = writes_so_far(&pty);
	since.raw_len = pty.raw.len;
	assert_true(pty_wait(&pty, has_frames, &since, WAIT_MS));
	writes = writes_so_far(&pty) - writes;
	n = count(&pty.raw, since.raw_len, "\033[?2026h");
	assert_int_equal(count(&pty.raw, since.raw_len, "\033[?2026l"), n);
	assert_int_equal(count(&pty.raw, since.raw_len, "\033[?2026l\033[?2026h"), n - 1);
	assert_int_equal(writes, n);
	quit(&pty);
}

/* Waits, without reading the terminal, until the program woke up n more times. */
static void let_it_wake(struct pty *pty, unsigned long n)
{
	static const char label[] = "\nvoluntary_ctxt_switches:";
	unsigned long until = figure(pty, "status", label) + n;
	uint64_t deadline = pty_deadline(WAIT_MS);

	while (figure(pty, "status", label) < until && pty_ms_until(deadline) > 0)
		poll(NULL, 0, 5);
	assert_true(figure(pty, "status", label) >= until);
}

/* Nobody reads the terminal: readings go on, frames are dropped, and what comes then is one that was begun
 * and the newest one, not those in between. */
static void a_slow_terminal_drops_frames(void **state)
{
	enum { MOST_BYTES = 1 << 17, WAKES = 60 };
	struct pty pty;
	size_t before;

	(void)state;
	START(&pty, 60, 200, "-d", "0.1", "sim:ports", "sim:verdicts", "sim:sizes");
	before = pty.raw.len;
	for (int i = 0; i < 30; i++) /* whole frames, more than the terminal holds */
		pty_send(&pty, "\x0c\x1b[B");
	let_it_wake(&pty, WAKES);
	pty_send(&pty, "p");
	must_show(&pty, "PAUSED");
	assert_true(pty.raw.len - before < MOST_BYTES);
	must_be_what_is_drawn_anew(&pty, "after a slow time");
	quit(&pty);
}

/* It ends when it is told to, also while nobody reads. */
static void a_stuck_terminal_holds_nothing_up(void **state)
{
	struct pty pty;

	(void)state;
	START(&pty, 60, 200, "-d", "0.1", "sim:flows", "sim:ports");
	for (int i = 0; i < 10; i++)
		pty_send(&pty, "\x0c");
	let_it_wake(&pty, 20);
	pty_kill(&pty, SIGTERM);
	assert_true(pty_wait_pid(&pty, WAIT_MS));
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pane),
		cmocka_unit_test(text_is_typed_in_any_script),
		cmocka_unit_test(themes_switch),
		cmocka_unit_test(the_mouse_when_asked),
		cmocka_unit_test(the_terminal_is_asked_nothing),
		cmocka_unit_test(a_frame_is_one_write),
		cmocka_unit_test(a_slow_terminal_drops_frames),
		cmocka_unit_test(a_stuck_terminal_holds_nothing_up),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
