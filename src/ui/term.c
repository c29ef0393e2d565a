/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The only file that knows curses, and it uses the half of it that knows terminals: newterm, the
 * capability strings and key decoding. What curses has to draw with (windows, refresh) is not used:
 * it writes in pieces, waits for a terminal that doesn't take them, and can't forget a frame. Here a
 * frame is encoded into memory (ui/frame.c) against what the terminal shows, and leaves in one
 * write(2) that never waits (ui/outlet.c). A frame that isn't taken at all is dropped
 * and the next one is encoded against the old picture; of one that is taken in part the rest leaves
 * first, and no other frame is made before it has.
 *
 * Whatever ends the program leaves the terminal as it was found: the bytes and modes for that are kept
 * from the start, for the regular way and for a crash (ui/rescue.c). */
#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "ui/term.h"

#include <errno.h>
#include <limits.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/frame.h"
#include "ui/keys.h"
#include "ui/mouse.h"
#include "ui/outlet.h"
#include "ui/rescue.h"
#include "ui/theme.h"

#define FRAME_BEGIN "\033[?2026h"
#define FRAME_END   "\033[?2026l"

enum { ESC_WAIT_MS = 25, SGR_BYTES = 128, ENTER_BYTES = 256, SEQUENCE_BYTES = 32 };

struct term {
	SCREEN *screen;
	WINDOW *keys; /* a pad: reading a key from it never draws */
	struct outlet outlet;
	int n_rows, n_cols, colours;
	struct grid shown; /* what the terminal shows once the outlet is empty */
	bool is_shown_known;
	struct frame_style style;
	char sgr[N_ROLES][SGR_BYTES];
	char enter[ENTER_BYTES], leave[RESCUE_BYTES];
	struct termios raw, found;
	bool has_mouse;
	struct mouse mouse;
	char part[UTF8_MAX_BYTES]; /* of a character, whose rest is still on its way */
	size_t n_part;
};

/* -- capabilities -------------------------------------------------------------------------------- */

/* A capability without its padding, "" where the terminal has none. */
static void add_capability(struct buf *out, const char *text)
{
	if (!text || text == (char *)-1)
		return;
	while (*text) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
			text = strchr(text, '>') + 1;
		else
			buf_addc(out, *text++);
	}
}

/* A capability as a string that lasts as long as the terminal; none of ours has padding worth having. */
static const char *capability(const char *name)
{
	const char *text = tigetstr((char *)name);

	return text && text != (char *)-1 && !strstr(text, "$<") ? text : "";
}

static void move_to(struct buf *out, int row, int col)
{
	add_capability(out, tparm(tigetstr("cup"), row, col, 0, 0, 0, 0, 0, 0, 0));
}

static int count_colours(void)
{
	const char *colorterm = getenv("COLORTERM"), *no_color = getenv("NO_COLOR");
	int n = tigetnum("colors");

	if ((no_color && *no_color) || n < 8)
		return 0;
	if (colorterm && (!strcmp(colorterm, "truecolor") || !strcmp(colorterm, "24bit")))
		return 1 << 24;
	if (tigetflag("RGB") > 0 || tigetflag("Tc") > 0)
		return 1 << 24;
	return n >= 256 ? 256 : n >= 16 ? 16 : 8;
}

static void add_colour(const struct term *term, const struct theme_colour *colour, bool is_paper,
		       struct buf *out)
{
	const char *set = tigetstr(is_paper ? "setab" : "setaf");
	int index = theme_colour_index(colour, term->colours, is_paper);

	if (!colour->is_set || term->colours == 0)
		return;
	if (term->colours > 256 && !colour->is_index)
		buf_addf(out, "\033[%d;2;%d;%d;%dm", is_paper ? 48 : 38, colour->rgb.r,
			 colour->rgb.g, colour->rgb.b);
	else if (term->colours > 256) /* where setaf may take a number for RGB */
		buf_addf(out, "\033[%d;5;%dm", is_paper ? 48 : 38, index);
	else if (index >= 0 && set && set != (char *)-1)
		add_capability(out, tparm(set, index, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void add_look(const struct term *term, const struct theme_look *look, struct buf *out)
{
	static const struct {
		uint8_t attr;
		const char *name;
	} names[] = {{ATTR_BOLD, "bold"},
		     {ATTR_DIM, "dim"},
		     {ATTR_UNDERLINE, "smul"},
		     {ATTR_REVERSE, "rev"}};
	uint8_t attrs = term->colours ? look->attrs : look->mono;

	add_capability(out, tigetstr("sgr0"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (attrs & names[i].attr)
			add_capability(out, tigetstr(names[i].name));
	add_colour(term, &look->ink, false, out);
	add_colour(term, &look->paper, true, out);
}

void term_theme(struct term *term, const struct theme *theme)
{
	for (int i = 0; i < N_ROLES; i++) {
		const struct theme_look *look = &theme->looks[i];
		uint8_t attrs = term->colours ? look->attrs : look->mono;
		SCOPED(buf) sgr = {0};

		add_look(term, look, &sgr);
		frame_merge_sgr(&sgr);
		memcpy(term->sgr[i], buf_text(&sgr), MIN_OF(sgr.len + 1, (size_t)SGR_BYTES));
		term->sgr[i][SGR_BYTES - 1] = '\0';
		term->style.sgr[i] = term->sgr[i];
		term->style.is_plain[i] = !(term->colours && look->paper.is_set) &&
					  !(attrs & (ATTR_REVERSE | ATTR_UNDERLINE));
	}
	term->is_shown_known = false;
}

static void find_style(struct term *term)
{
	struct frame_style *style = &term->style;

	style->bold = capability("bold");
	style->reverse = capability("rev");
	style->clear = capability("clear");
	style->erase_line = capability("el");
	style->show_cursor = capability("cnorm");
	style->hide_cursor = capability("civis");
	style->move_to = move_to;
	style->spares_last_cell = tigetflag("am") > 0 && tigetflag("xenl") <= 0;
	term->colours = count_colours();
}

/* -- taking the terminal and giving it back -------------------------------------------------------- */

/* The capabilities named, one after the other. */
static void join(char *out, size_t size, const char *before, const char *const *names)
{
	SCOPED(buf) text = {0};

	buf_adds(&text, before);
	for (; *names; names++)
		add_capability(&text, tigetstr((char *)*names));
	memcpy(out, buf_text(&text), MIN_OF(text.len + 1, size));
	out[size - 1] = '\0';
}

static void find_enter_and_leave(struct term *term)
{
	static const char *const enter[] = {"smcup", "smkx", "civis", NULL};
	/* Without a screen of our own there is nothing to go back to but a clear one. */
	bool has_own = *capability("rmcup");
	const char *const leave[] = {"sgr0", "rmkx", "cnorm", has_own ? "rmcup" : "clear", NULL};

	join(term->enter, sizeof(term->enter), "", enter);
	join(term->leave, sizeof(term->leave), FRAME_END MOUSE_OFF, leave);
}

/* Takes the terminal: modes first, so that nothing typed meanwhile is echoed onto the new screen. */
static void take(struct term *term)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &term->raw);
	outlet_finish(&term->outlet, term->enter);
	term->is_shown_known = false;
	term_set_mouse(term, term->has_mouse);
}

static void give_back(struct term *term)
{
	outlet_finish(&term->outlet, term->leave);
	tcsetattr(STDIN_FILENO, TCSANOW, &term->found);
}

static int start_curses(struct term *term, struct err *err)
{
	const char *name = getenv("TERM"), *cup;

	use_env(FALSE);
	use_tioctl(TRUE);
	if (!name || !*name)
		return err_set(err, -EINVAL,
			       "the terminal's type is not known; set TERM, or use 'dump'");
	term->screen = newterm(NULL, stdout, stdin);
	cup = term->screen ? tigetstr("cup") : NULL;
	if (!cup || cup == (char *)-1)
		return err_set(
			err, -EINVAL,
			"terminal type '%s' is unknown or can't place its cursor; set TERM to "
			"what the terminal is, or use 'dump'",
			name);
	term->keys = newpad(1, 1);
	if (!term->keys)
		return -ENOMEM;
	raw();
	noecho();
	nonl();
	set_escdelay(ESC_WAIT_MS);
	keypad(term->keys, TRUE);
	/* Read here, in the one way that every terminal has. keypad() makes the keys anew. */
	keyok(KEY_MOUSE, FALSE);
	delay_output(0); /* flushes what newterm has to say, or it would come after the end */
	return 0;
}

static void ask_size(struct term *term)
{
	struct winsize size = {0};
	int n_rows = tigetnum("lines"), n_cols = tigetnum("cols");

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		n_rows = size.ws_row;
		n_cols = size.ws_col;
	}
	term->n_rows = n_rows > 0 ? n_rows : 24;
	term->n_cols = n_cols > 0 ? n_cols : 80;
}

static void term_free(struct term *term)
{
	if (term->keys)
		delwin(term->keys);
	if (term->screen)
		delscreen(term->screen);
	outlet_release(&term->outlet);
	grid_release(&term->shown);
	free(term);
}

int term_open(struct term **out, struct err *err)
{
	struct term *term;
	int r;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(
			err, -ENOTTY,
			"the screen needs a terminal on input and output; use 'dump' or 'stream'");
	setlocale(LC_CTYPE, "");
	term = calloc(1, sizeof(*term));
	if (!term)
		return -ENOMEM;
	if (tcgetattr(STDIN_FILENO, &term->found) < 0) {
		r = err_set(err, -errno, "cannot ask the terminal for its modes");
		goto fail;
	}
	r = start_curses(term, err);
	if (r < 0) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &term->found);
		goto fail;
	}
	tcgetattr(STDIN_FILENO, &term->raw);
	outlet_open(&term->outlet, STDOUT_FILENO);
	find_style(term);
	find_enter_and_leave(term);
	ask_size(term);
	rescue_arm(term->outlet.fd, term->leave, strlen(term->leave), &term->found);
	/* newterm has taken the terminal already; saying it twice would be undone only once. */
	buf_adds(&term->outlet.pending, term->style.hide_cursor);
	*out = term;
	return 0;
fail:
	term_free(term);
	return r;
}

void term_close(struct term *term)
{
	if (!term)
		return;
	give_back(term);
	rescue_disarm();
	term_free(term);
}

/* As the terminal would do it at ^Z: the whole job stops. The driver has the signal blocked; while it is
 * let through, the kernel still ignores it where no shell is there to let us go on. */
void term_suspend(struct term *term)
{
	sigset_t stop, before;

	give_back(term);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	signal(SIGTSTP, SIG_DFL);
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	take(term);
	term_resized(term);
}

void term_size(const struct term *term, int *n_rows, int *n_cols)
{
	*n_rows = term->n_rows;
	*n_cols = term->n_cols;
}

void term_resized(struct term *term)
{
	ask_size(term);
	resizeterm(term->n_rows, term->n_cols);
	term->is_shown_known = false;
}

bool term_is_utf8(const struct term *term)
{
	(void)term;
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int term_colours(const struct term *term)
{
	return term->colours;
}

/* -- writing --------------------------------------------------------------------------------------- */

int term_show(struct term *term, const struct grid *grid)
{
	struct buf *pending = &term->outlet.pending;
	int sent = outlet_send(&term->outlet), r;

	if (sent < 0 || pending->len)
		return sent < 0 ? sent : -EAGAIN;
	buf_adds(pending, FRAME_BEGIN);
	frame_diff(&term->style, term->is_shown_known ? &term->shown : NULL, grid, pending);
	if (pending->len == strlen(FRAME_BEGIN) || pending->failed) {
		r = pending->failed ? -ENOMEM : sent;
		outlet_drop(&term->outlet);
		return r;
	}
	buf_adds(pending, FRAME_END);
	r = outlet_send(&term->outlet);
	if (r < 0) {
		outlet_drop(&term->outlet); /* whole: the terminal still shows the old one */
		return r;
	}
	term->is_shown_known = grid_copy(&term->shown, grid) == 0;
	return pending->len ? -EAGAIN : r + sent; /* the rest leaves when we are called again */
}

void term_redraw(struct term *term)
{
	term->is_shown_known = false;
}

void term_ring(struct term *term)
{
	buf_addc(&term->outlet.pending, '\a');
	outlet_send(&term->outlet);
}

void term_copy(struct term *term, const char *text, size_t len)
{
	outlet_clipboard(&term->outlet, text, len);
	outlet_send(&term->outlet);
}

void term_set_mouse(struct term *term, bool is_on)
{
	buf_adds(&term->outlet.pending, is_on ? MOUSE_ON : MOUSE_OFF);
	outlet_send(&term->outlet);
	term->has_mouse = is_on;
}

struct mouse term_mouse(const struct term *term)
{
	return term->mouse;
}

/* -- keys ------------------------------------------------------------------------------------------ */

static uint32_t key_of_code(wint_t code)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} rows[] = {
		{KEY_UP, TERM_UP},	   {KEY_DOWN, TERM_DOWN},
		{KEY_LEFT, TERM_LEFT},	   {KEY_RIGHT, TERM_RIGHT},
		{KEY_PPAGE, TERM_PAGE_UP}, {KEY_NPAGE, TERM_PAGE_DOWN},
		{KEY_HOME, TERM_HOME},	   {KEY_END, TERM_END},
		{KEY_ENTER, TERM_ENTER},   {KEY_BACKSPACE, TERM_BACKSPACE},
		{KEY_DC, TERM_DELETE},	   {KEY_BTAB, TERM_BACK_TAB},
		{KEY_A1, TERM_HOME},	   {KEY_C1, TERM_END},
		{KEY_A3, TERM_PAGE_UP},	   {KEY_C3, TERM_PAGE_DOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return rows[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return TERM_F1 + (uint32_t)(code - KEY_F(1));
	return 0;
}

/* The rest of a sequence, swallowed whole. What is on its way may come in pieces. */
static uint32_t key_of_sequence(struct term *term)
{
	char text[SEQUENCE_BYTES] = "";
	size_t n = 0;
	int next;

	wtimeout(term->keys, ESC_WAIT_MS);
	while ((next = wgetch(term->keys)) >= 0 && next <= UCHAR_MAX && (next < '@' || next > '~'))
		if (next <= '~' && n + 1 < sizeof(text))
			text[n++] = (char)next;
	return mouse_parse(text, (char)next, &term->mouse) ? TERM_MOUSE : 0;
}

/* After an Esc byte: alone it is the key, before '[' or 'O' it begins a sequence that terminfo doesn't
 * know; before anything else it is the key and the rest comes later. */
static uint32_t key_of_escape(struct term *term)
{
	int next = wgetch(term->keys); /* curses has waited already */

	if (next == '[' || next == 'O')
		return key_of_sequence(term);
	if (next != ERR)
		ungetch(next);
	return TERM_ESCAPE;
}

/* 0: it is not a character yet, or none. The rest of it comes whenever a slow line brings it, for which curses doesn't
 * wait: it would forget the part. */
static uint32_t key_of_byte(struct term *term, char byte)
{
	uint32_t point;

	if ((byte & 0xc0) != 0x80 || term->n_part == sizeof(term->part))
		term->n_part = 0;
	term->part[term->n_part++] = byte;
	if (utf8_whole(term->part, term->n_part) < term->n_part)
		return 0;
	utf8_next(term->part, term->n_part, &point);
	term->n_part = 0;
	return point == UINT32_MAX ? 0 : key_of_point(point);
}

int term_key(struct term *term, uint32_t *key_ret)
{
	for (;;) {
		int r = loop_has_input(STDIN_FILENO), code;
		uint32_t key;

		/* It may hold keys that it has read already, so it is asked in any case. */
		wtimeout(term->keys, 0);
		code = wgetch(term->keys);
		if (code == ERR)
			return r < 0 ? r : -EAGAIN;
		key = code > UCHAR_MAX ? key_of_code((wint_t)code)
		      : code == '\033' ? key_of_escape(term)
				       : key_of_byte(term, (char)code);
		if (!key)
			continue;
		*key_ret = key;
		return 0;
	}
}
