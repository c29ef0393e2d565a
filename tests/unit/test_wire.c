/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a frame costs on the wire: with the longest looks a terminal has (24 bits of colour), every row of
 * a busy map changing from reading to reading. */
#include "tests/unit/stage.h"
#include "tests/unit/starved.h"

#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/frame.h"
#include "ui/outlet.h"
#include "ui/theme.h"

enum { FRAME_MAX_BYTES = 2560, FRAMES = 20, SGR_BYTES = 64 };

struct wire {
	struct frame_style style;
	char sgr[N_ROLES][SGR_BYTES];
	struct grid was;
};

static void move_to(struct buf *out, int row, int col)
{
	buf_addf(out, "\033[%d;%dH", row + 1, col + 1);
}

static void add_colour(struct buf *out, const struct theme_colour *colour, int kind)
{
	if (colour->is_set && colour->is_index)
		buf_addf(out, ";%d;5;%d", kind, colour->index256);
	else if (colour->is_set)
		buf_addf(out, ";%d;2;%d;%d;%d", kind, colour->rgb.r, colour->rgb.g, colour->rgb.b);
}

/* As term.c makes it of xterm's capabilities. */
static void wire_open(struct wire *wire, const char *name)
{
	struct theme theme;

	*wire = (struct wire){.style = {.bold = "\033[1m",
					.reverse = "\033[7m",
					.clear = "\033[H\033[2J",
					.erase_line = "\033[K",
					.show_cursor = "\033[?25h",
					.hide_cursor = "\033[?25l",
					.move_to = move_to}};
	assert_int_equal(theme_load(&theme, name, NULL), 0);
	for (int i = 0; i < N_ROLES; i++) {
		const struct theme_look *look = &theme.looks[i];
		SCOPED(buf) sgr = {0};

		buf_addf(&sgr, "\033[0%s", look->attrs & ATTR_BOLD ? ";1" : "");
		add_colour(&sgr, &look->ink, 38);
		add_colour(&sgr, &look->paper, 48);
		buf_addc(&sgr, 'm');
		snprintf(wire->sgr[i], SGR_BYTES, "%s", buf_text(&sgr));
		wire->style.sgr[i] = wire->sgr[i];
		wire->style.is_plain[i] =
			!look->paper.is_set && !(look->attrs & (ATTR_REVERSE | ATTR_UNDERLINE));
	}
}

static void send_frame(struct wire *wire, const struct grid *is, struct buf *out)
{
	buf_clear(out);
	frame_diff(&wire->style, wire->was.cells ? &wire->was : NULL, is, out);
	assert_int_equal(grid_copy(&wire->was, is), 0);
}

static void check_costs(const char *map, const char *theme)
{
	struct stage stage;
	struct wire wire;
	SCOPED(buf) out = {0};
	size_t most = 0;

	stage_open(&stage, map);
	wire_open(&wire, theme);
	open_map(&stage, map);
	take_ticks(&stage, 3);
	send_frame(&wire, &stage.grid, &out);
	for (int i = 0; i < (int)unless_starved(FRAMES, 3); i++) {
		take_ticks(&stage, 1);
		send_frame(&wire, &stage.grid, &out);
		most = MAX_OF(most, out.len);
		assert_true(out.len > 0);
		draw(&stage); /* the clock went on by a second, nothing else */
		send_frame(&wire, &stage.grid, &out);
		draw(&stage);
		send_frame(&wire, &stage.grid, &out);
		assert_int_equal(out.len, 0);
	}
	if (most > FRAME_MAX_BYTES)
		fail_msg("a frame of '%s' in theme '%s' took %zu bytes, more than %d", map, theme,
			 most, FRAME_MAX_BYTES);
	grid_release(&wire.was);
	stage_close(&stage);
}

static void a_frame_of_changed_rows_is_small(void **state)
{
	const char *theme;

	(void)state;
	for (unsigned i = 0; i < unless_starved(UINT_MAX, 1) && (theme = theme_name_at(i)); i++) {
		check_costs("flows", theme);
		check_costs("ports", theme);
	}
}

/* A datagram is one write. */
static void a_frame_is_one_write(void **state)
{
	struct stage stage;
	struct wire wire;
	struct outlet outlet;
	char bytes[1 << 16];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	stage_open(&stage, "flows");
	wire_open(&wire, "default");
	outlet_open(&outlet, fds[0]);
	open_map(&stage, "flows");
	for (int i = 0; i < 3; i++) {
		size_t len;

		take_ticks(&stage, 1);
		send_frame(&wire, &stage.grid, &outlet.pending);
		len = outlet.pending.len;
		assert_int_equal(outlet_send(&outlet), (int)len);
		assert_int_equal(recv(fds[1], bytes, sizeof(bytes), 0), (ssize_t)len);
		assert_true(recv(fds[1], bytes, sizeof(bytes), 0) < 0);
	}
	outlet_release(&outlet);
	grid_release(&wire.was);
	stage_close(&stage);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_of_changed_rows_is_small),
		cmocka_unit_test(a_frame_is_one_write),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
