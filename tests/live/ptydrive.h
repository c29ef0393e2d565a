/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drives a command on a pseudo-terminal and reads its screen back through libvterm, for live tests.
 *
 *	struct pty pty;
 *	pty_open(&pty, (const char *[]){"bpfmaptop", "sim:flows", NULL}, NULL, 24, 80);
 *	assert_true(pty_wait_text(&pty, "flows", 5000));
 *	pty_key(&pty, VTERM_KEY_DOWN);
 *	pty_send(&pty, "q");
 *	assert_int_equal(pty_wait_exit(&pty, 5000), 0);
 *	assert_true(pty_termios_is_as_before(&pty));
 *	pty_close(&pty);
 *
 * Nothing here sleeps: whatever waits goes on reading the terminal until its condition holds or its
 * deadline passed. The terminal answers queries (cursor position, device attributes) as a real one.
 *
 * Frames of the synchronised mode (2026) are seen whole, and each of them, however the bytes come: what a
 * condition finds is never half of a frame, and a frame is not missed for another that came behind it. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

enum { PTY_RUNNING = -1, PTY_LINES_BORROWED = 16 };

struct pty {
	pid_t pid;
	int fd;		  /* the terminal's side; -1 once closed */
	bool has_hung_up; /* nobody has the other side open any more */
	int status;	  /* exit status, 128 + signal, or PTY_RUNNING */
	int rows, cols;
	struct termios before; /* as the command found the terminal */

	VTerm *vt;
	VTermScreen *screen;
	bool is_altscreen, is_cursor_visible;
	int mouse; /* VTERM_PROP_MOUSE_* */
	VTermPos cursor;

	bool is_holding; /* what the terminal sends is gathered, */
	struct buf
		to_go; /* here: it comes in pieces, and slowly, from libvterm, unlike a real one */

	struct buf raw;	  /* every byte that came of the command, in order */
	size_t n_reads;	  /* in how many pieces they came */
	size_t n_shown;	  /* of the bytes: the rest is still to be put on the screen */
	bool is_in_frame; /* a frame was begun and is not whole yet */
	size_t n_bells;

	struct buf lines[PTY_LINES_BORROWED]; /* for pty_screen_line */
	size_t next_line;
};

/* -- what the terminal tells us ------------------------------------------------------------------ */

static inline int pty_on_prop(VTermProp prop, VTermValue *value, void *ctx)
{
	struct pty *pty = ctx;

	switch (prop) {
	case VTERM_PROP_ALTSCREEN:
		pty->is_altscreen = value->boolean;
		break;
	case VTERM_PROP_CURSORVISIBLE:
		pty->is_cursor_visible = value->boolean;
		break;
	case VTERM_PROP_MOUSE:
		pty->mouse = value->number;
		break;
	default:
		break;
	}
	return 1;
}

static inline int pty_on_cursor(VTermPos pos, VTermPos old, int is_visible, void *ctx)
{
	struct pty *pty = ctx;

	(void)old;
	(void)is_visible;
	pty->cursor = pos;
	return 1;
}

static inline int pty_on_bell(void *ctx)
{
	struct pty *pty = ctx;

	pty->n_bells++;
	return 1;
}

/* Keys, mouse and answers to queries, as the terminal would send them. */
static inline void pty_on_output(const char *bytes, size_t n, void *ctx)
{
	struct pty *pty = ctx;

	if (pty->is_holding) {
		buf_add(&pty->to_go, bytes, n);
		return;
	}
	while (n > 0 && pty->fd >= 0) {
		struct pollfd writable = {.fd = pty->fd, .events = POLLOUT};

		poll(&writable, 1, 1000);
		ssize_t done = write(pty->fd, bytes, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return; /* nobody reads: the test's own condition says so */
		bytes += done;
		n -= (size_t)done;
	}
}

static inline void pty_make_screen(struct pty *pty)
{
	static const VTermScreenCallbacks callbacks = {
		.settermprop = pty_on_prop, .movecursor = pty_on_cursor, .bell = pty_on_bell};

	pty->vt = vterm_new(pty->rows, pty->cols);
	vterm_set_utf8(pty->vt, 1);
	vterm_output_set_callback(pty->vt, pty_on_output, pty);
	pty->screen = vterm_obtain_screen(pty->vt);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	pty->is_cursor_visible = true;
}

/* -- starting ------------------------------------------------------------------------------------ */

static inline void pty_run_child(int slave, const char *const argv[], const char *const env[])
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	login_tty(slave);
	setenv("TERM", "xterm-256color", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	for (size_t i = 0; env && env[i]; i++)
		putenv((char *)env[i]);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

/* Runs argv (found in PATH) on a new terminal of that size; env adds "NAME=value" to ours, NULL adds
 * nothing; TERM is xterm-256color unless env says otherwise. 0 or -errno. pty_close is due either way. */
static inline int pty_open(struct pty *pty, const char *const argv[], const char *const env[],
			   int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	int slave;

	*pty = (struct pty){.pid = -1, .fd = -1, .status = PTY_RUNNING, .rows = rows, .cols = cols};
	if (openpty(&pty->fd, &slave, NULL, NULL, &size) < 0)
		return -errno;
	fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
	fcntl(pty->fd, F_SETFL, O_NONBLOCK);
	tcgetattr(slave, &pty->before);
	pty_make_screen(pty);
	pty->pid = fork();
	if (pty->pid == 0)
		pty_run_child(slave, argv, env);
	close(slave);
	return pty->pid < 0 ? -errno : 0;
}

/* -- reading ------------------------------------------------------------------------------------- */

static inline uint64_t pty_deadline(int timeout_ms)
{
	return clock_now_ns() + (uint64_t)timeout_ms * 1000000;
}

static inline int pty_ms_until(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns();

	return now >= deadline_ns ? 0 : (int)((deadline_ns - now) / 1000000 + 1);
}

/* Puts what came on the screen, up to the end of its first frame. returns the bytes of that. */
static inline int pty_show(struct pty *pty)
{
	static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
	const size_t len = sizeof(end) - 1;
	/* Either may have begun in the piece before. */
	const char *from = pty->raw.at + pty->n_shown, *last = pty->raw.at + pty->raw.len;
	const char *look = from - (pty->n_shown < len - 1 ? pty->n_shown : len - 1);
	const char *ends = memmem(look, (size_t)(last - look), end, len);
	size_t n = (size_t)((ends ? ends + len : last) - from);

	if (ends)
		pty->is_in_frame = false;
	else if (memmem(look, (size_t)(last - look), begin, len))
		pty->is_in_frame = true;
	pty->n_shown += n;
	vterm_input_write(pty->vt, from, n);
	return (int)n;
}

/* Waits at most timeout_ms for output and takes one piece of it in, at most a frame. returns its bytes, 0 when
 * none came, -1 when none will come any more. */
static inline int pty_pump(struct pty *pty, int timeout_ms)
{
	char bytes[65536];
	struct pollfd readable = {.fd = pty->fd, .events = POLLIN};

	if (pty->n_shown < pty->raw.len)
		return pty_show(pty);
	if (pty->fd < 0 || pty->has_hung_up)
		return -1;
	if (poll(&readable, 1, timeout_ms) <= 0)
		return 0;
	ssize_t n = read(pty->fd, bytes, sizeof(bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		pty->has_hung_up = true; /* EIO: the last one closed it */
		return -1;
	}
	pty->n_reads++;
	buf_add(&pty->raw, bytes, (size_t)n);
	return pty_show(pty);
}

typedef bool pty_condition(struct pty *pty, const void *ctx);

/* Reads until the condition holds of what is whole on the screen: true; false when the deadline passed or the
 * output ended before. */
static inline bool pty_wait(struct pty *pty, pty_condition *holds, const void *ctx, int timeout_ms)
{
	uint64_t deadline = pty_deadline(timeout_ms);

	while (pty->is_in_frame || !holds(pty, ctx)) {
		int left_ms = pty_ms_until(deadline);

		if (left_ms == 0 || pty_pump(pty, left_ms) < 0)
			return holds(pty, ctx);
	}
	return true;
}

/* -- the screen ---------------------------------------------------------------------------------- */

static inline VTermScreenCell pty_cell(struct pty *pty, int row, int col)
{
	VTermScreenCell cell = {0};

	vterm_screen_get_cell(pty->screen, (VTermPos){.row = row, .col = col}, &cell);
	return cell;
}

/* An indexed color's number; -1 for the terminal's own, -2 for one of red, green and blue. */
static inline int pty_color_index(VTermColor color)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color))
		return -1;
	return VTERM_COLOR_IS_INDEXED(&color) ? color.indexed.idx : -2;
}

/* One line in UTF-8 without the blanks at its end. Borrowed until PTY_LINES_BORROWED calls later. */
static inline const char *pty_screen_line(struct pty *pty, int row)
{
	struct buf *line = &pty->lines[pty->next_line++ % PTY_LINES_BORROWED];

	buf_clear(line);
	for (int col = 0; col < pty->cols;) {
		VTermScreenCell cell = pty_cell(pty, row, col);

		if (cell.chars[0] == 0)
			buf_addc(line, ' ');
		for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			utf8_put(line, cell.chars[i]);
		col += cell.width > 1 ? cell.width : 1;
	}
	while (line->len && line->at[line->len - 1] == ' ')
		buf_cut(line, line->len - 1);
	return buf_text(line);
}

/* The whole screen, a line each, added to out. */
static inline void pty_screen_text(struct pty *pty, struct buf *out)
{
	for (int row = 0; row < pty->rows; row++)
		buf_addf(out, "%s\n", pty_screen_line(pty, row));
}

/* The row whose line contains needle, or -1. */
static inline int pty_find(struct pty *pty, const char *needle)
{
	for (int row = 0; row < pty->rows; row++)
		if (strstr(pty_screen_line(pty, row), needle))
			return row;
	return -1;
}

/* The column where needle begins in that row, or -1. */
static inline int pty_find_col(struct pty *pty, int row, const char *needle)
{
	const char *line = pty_screen_line(pty, row);
	const char *at = strstr(line, needle);

	return at ? (int)utf8_columns(line, (size_t)(at - line)) : -1;
}

static inline bool pty_shows(struct pty *pty, const void *needle)
{
	return pty_find(pty, needle) >= 0;
}

static inline bool pty_shows_not(struct pty *pty, const void *needle)
{
	return pty_find(pty, needle) < 0;
}

static inline bool pty_wait_text(struct pty *pty, const char *needle, int timeout_ms)
{
	return pty_wait(pty, pty_shows, needle, timeout_ms);
}

static inline bool pty_wait_gone(struct pty *pty, const char *needle, int timeout_ms)
{
	return pty_wait(pty, pty_shows_not, needle, timeout_ms);
}

/* -- acting -------------------------------------------------------------------------------------- */

/* Bytes as they are: letters, "\t", "\r" for Enter, "\x1b" for Escape, "\x03" for ^C. */
static inline void pty_send(struct pty *pty, const char *keys)
{
	pty_on_output(keys, strlen(keys), pty);
}

static inline void pty_let_go(struct pty *pty)
{
	pty->is_holding = false;
	pty_on_output(buf_text(&pty->to_go), pty->to_go.len, pty);
	buf_clear(&pty->to_go);
}

/* A key that has no letter, in whatever way the command asked the terminal to send it. */
static inline void pty_key(struct pty *pty, VTermKey key)
{
	pty->is_holding = true;
	vterm_keyboard_key(pty->vt, key, VTERM_MOD_NONE);
	pty_let_go(pty);
}

/* Presses and releases button (1 left, 2 middle, 3 right; 4 and 5 are the wheel), if it is listened to. */
static inline void pty_click(struct pty *pty, int row, int col, int button)
{
	pty->is_holding = true;
	vterm_mouse_move(pty->vt, row, col, VTERM_MOD_NONE);
	vterm_mouse_button(pty->vt, button, true, VTERM_MOD_NONE);
	vterm_mouse_button(pty->vt, button, false, VTERM_MOD_NONE);
	pty_let_go(pty);
}

/* The kernel tells the command with SIGWINCH. */
static inline void pty_resize(struct pty *pty, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	pty->rows = rows;
	pty->cols = cols;
	vterm_set_size(pty->vt, rows, cols);
	ioctl(pty->fd, TIOCSWINSZ, &size);
}

static inline void pty_kill(struct pty *pty, int signal_number)
{
	if (pty->pid > 0 && pty->status == PTY_RUNNING)
		kill(pty->pid, signal_number);
}

/* -- the end ------------------------------------------------------------------------------------- */

static inline bool pty_reap(struct pty *pty, int flags)
{
	int status;

	if (pty->status != PTY_RUNNING)
		return true;
	if (pty->pid <= 0 || waitpid(pty->pid, &status, flags) != pty->pid)
		return false;
	pty->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

/* Waits for the command alone, its output being at an end or not wanted. */
static inline bool pty_wait_pid(struct pty *pty, int timeout_ms)
{
	if (pty_reap(pty, WNOHANG))
		return true;
	int pidfd = pty->pid > 0 ? (int)syscall(SYS_pidfd_open, pty->pid, 0) : -1;
	if (pidfd < 0)
		return false;
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	poll(&ended, 1, timeout_ms);
	close(pidfd);
	return pty_reap(pty, WNOHANG);
}

/* Reads to the end of the output and waits for the command. Its exit status, 128 + signal, or
 * PTY_RUNNING when the deadline passed. */
static inline int pty_wait_exit(struct pty *pty, int timeout_ms)
{
	uint64_t deadline = pty_deadline(timeout_ms);
	int left_ms;

	while ((left_ms = pty_ms_until(deadline)) > 0 && pty_pump(pty, left_ms) >= 0)
		continue;
	pty_wait_pid(pty, pty_ms_until(deadline));
	return pty->status;
}

static inline bool pty_termios_is_as_before(const struct pty *pty)
{
	struct termios now;

	if (tcgetattr(pty->fd, &now) < 0)
		return false;
	return now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag &&
	       now.c_cflag == pty->before.c_cflag && now.c_lflag == pty->before.c_lflag &&
	       memcmp(now.c_cc, pty->before.c_cc, sizeof(now.c_cc)) == 0;
}

/* Hangs up, as closing the window does, waits for the command (killing it when it does not care), and
 * frees everything. returns the exit status as pty_wait_exit. */
static inline int pty_close(struct pty *pty)
{
	enum { PATIENCE_MS = 60000 };

	if (pty->fd >= 0)
		close(pty->fd);
	pty->fd = -1;
	if (pty->pid > 0 && !pty_wait_pid(pty, PATIENCE_MS)) {
		pty_kill(pty, SIGKILL);
		pty_reap(pty, 0);
	}
	if (pty->vt)
		vterm_free(pty->vt);
	buf_release(&pty->raw);
	buf_release(&pty->to_go);
	for (size_t i = 0; i < PTY_LINES_BORROWED; i++)
		buf_release(&pty->lines[i]);
	pty->vt = NULL;
	return pty->status;
}
