/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The grid tames, clips and keeps wide characters whole; the frame writer turns one grid into the next:
 * what it writes, played back on a tiny terminal, must give the grid again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/frame.h"
#include "ui/glyph.h"
#include "ui/grid.h"
#include "ui/shorten.h"

static struct area whole(const struct grid *grid)
{
	return (struct area){0, 0, grid->n_rows, grid->n_cols};
}

static void assert_text(const struct grid *grid, const char *expected)
{
	SCOPED(buf) text = {0};

	grid_text(grid, &text);
	assert_string_equal(buf_text(&text), expected);
}

static void clips_at_every_edge(void **state)
{
	struct grid grid = {0};
	struct area area = {1, 2, 1, 4};

	(void)state;
	assert_int_equal(grid_resize(&grid, 3, 8), 0);
	assert_int_equal(grid_put(&grid, area, 0, -2, ROLE_TEXT, "abcdefghij"), 8);
	grid_put(&grid, area, 1, 0, ROLE_TEXT, "below");
	grid_put(&grid, area, -1, 0, ROLE_TEXT, "above");
	assert_text(&grid, "\n  cdef\n\n");
	grid_put(&grid, (struct area){-5, -5, 100, 100}, 5, 5, ROLE_TEXT, "X");
	assert_text(&grid, "X\n  cdef\n\n");
	grid_release(&grid);
}

static void hostile_text_is_tamed(void **state)
{
	struct grid grid = {0};

	(void)state;
	assert_int_equal(grid_resize(&grid, 1, 20), 0);
	grid_put(&grid, whole(&grid), 0, 0, ROLE_TEXT,
		 "a\033[2Jb\xff\xe2\x80\xae"
		 "c\nd");
	assert_text(&grid, "a?[2Jb??c?d\n");
	grid_clear(&grid);
	grid.is_ascii = true;
	grid_put(&grid, whole(&grid), 0, 0, ROLE_TEXT, "é漢x");
	assert_text(&grid, "??x\n");
	grid_release(&grid);
}

static void wide_characters_stay_whole(void **state)
{
	struct grid grid = {0};

	(void)state;
	assert_int_equal(grid_resize(&grid, 1, 5), 0);
	assert_int_equal(grid_put(&grid, whole(&grid), 0, 0, ROLE_TEXT, "漢字x"), 5);
	assert_text(&grid, "漢字x\n");
	grid_put(&grid, whole(&grid), 0, 1, ROLE_TEXT, "a"); /* the right half of the first */
	assert_text(&grid, " a字x\n");
	grid_put(&grid, whole(&grid), 0, 2, ROLE_TEXT, "b"); /* the left half of the second */
	assert_text(&grid, " ab x\n");
	grid_put(&grid, whole(&grid), 0, 4, ROLE_TEXT, "漢"); /* no room for its right half */
	assert_text(&grid, " ab\n");
	grid_put(&grid, whole(&grid), 0, 0, ROLE_TEXT, "e\xcc\x81");
	assert_text(&grid, "e\xcc\x81"
			   "ab\n");
	grid_release(&grid);
}

static void fits_and_marks_cuts(void **state)
{
	struct grid grid = {0};

	(void)state;
	assert_int_equal(grid_resize(&grid, 4, 10), 0);
	assert_int_equal(
		grid_fit(&grid, whole(&grid), (struct strip){0, 1, 6}, false, ROLE_TEXT, "abc"), 7);
	grid_fit(&grid, whole(&grid), (struct strip){1, 1, 6}, true, ROLE_TEXT, "abc");
	grid_fit(&grid, whole(&grid), (struct strip){2, 1, 6}, true, ROLE_TEXT, "abcdefgh");
	grid_fit(&grid, whole(&grid), (struct strip){3, 1, 4}, false, ROLE_TEXT, "a漢字");
	assert_text(&grid, " abc\n    abc\n abcde…\n a漢…\n");
	grid_release(&grid);
}

static void roles_are_letters_with_a_legend(void **state)
{
	struct grid grid = {0};
	SCOPED(buf) text = {0};

	(void)state;
	assert_int_equal(grid_resize(&grid, 1, 6), 0);
	grid_put(&grid, whole(&grid), 0, 1, ROLE_WARN, "ab");
	grid_role(&grid, (struct area){0, 2, 1, 1}, ROLE_DIM);
	grid_roles(&grid, &text);
	assert_string_equal(buf_text(&text), ".wd\nd dim\nw warn\n");
	grid_release(&grid);
}

static void levels_tell_nothing_from_little(void **state)
{
	(void)state;
	for (int set = 0; set < N_GLYPH_SETS; set++) {
		const struct glyphs *glyphs = glyphs_of(set);

		assert_string_equal(glyph_level(set, 0), " ");
		assert_string_equal(glyph_level(set, 1e-12), glyphs->levels[0]);
		assert_string_equal(glyph_level(set, 1), glyphs->levels[glyphs->n_levels - 1]);
		assert_string_equal(glyph_level(set, 7), glyphs->levels[glyphs->n_levels - 1]);
		assert_string_equal(glyph_level(set, (double)NAN), glyphs->gap);
	}
}

static void strips_fold_to_the_highest(void **state)
{
	struct grid grid = {.is_ascii = true};
	float shares[512] = {0};

	(void)state;
	shares[511] = 1;
	shares[130] = 0.01f;
	assert_int_equal(grid_resize(&grid, 1, 4), 0);
	glyph_heat(&grid, whole(&grid), (struct strip){0, 0, 4}, shares, ARRAY_LEN(shares));
	assert_text(&grid, " . @\n");
	assert_int_equal(grid.cells[3].role, ROLE_HEAT_7);
	grid_release(&grid);
}

static void sparklines_end_at_the_newest(void **state)
{
	struct grid grid = {.is_ascii = true};
	float samples[] = {NAN, 5, NAN, 0, 10};
	const struct spark blocks = {GLYPHS_BLOCKS, samples, 5, 10, ROLE_GRAPH},
			   braille = {GLYPHS_BRAILLE, samples + 1, 4, 10, ROLE_GRAPH};

	(void)state;
	assert_int_equal(grid_resize(&grid, 2, 8), 0);
	glyph_spark(&grid, whole(&grid), (struct strip){0, 0, 6}, &blocks);
	glyph_spark(&grid, whole(&grid), (struct strip){1, 0, 2}, &blocks);
	assert_text(&grid, "  +' @\n @\n");
	grid_release(&grid);
	grid.is_ascii = false;
	assert_int_equal(grid_resize(&grid, 1, 4), 0);
	glyph_spark(&grid, whole(&grid), (struct strip){0, 0, 2}, &braille);
	assert_text(&grid, "⡄⢸\n");
	grid_release(&grid);
}

/* -- frames ---------------------------------------------------------------------------------------------- */

/* A terminal of single bytes: "\1RRCC" moves, "\2N" sets look N, "\3" clears, "\4" erases the line,
 * anything else is written where the cursor stands. */
static void tiny_move(struct buf *out, int row, int col)
{
	buf_addc(out, '\1');
	buf_addf(out, "%02d%02d", row, col);
}

static void tiny_style(struct frame_style *style, char sgr[N_ROLES][3])
{
	*style = (struct frame_style){.bold = "",
				      .reverse = "",
				      .clear = "\3",
				      .erase_line = "\4",
				      .show_cursor = "",
				      .hide_cursor = "",
				      .move_to = tiny_move};
	for (int i = 0; i < N_ROLES; i++) {
		sgr[i][0] = '\2';
		sgr[i][1] = (char)('A' + i);
		sgr[i][2] = '\0';
		style->sgr[i] = sgr[i];
		style->is_plain[i] = i != ROLE_CURSOR;
	}
}

static int two_digits(const char *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

static void tiny_play(struct grid *screen, const char *bytes, size_t len)
{
	int row = 0, col = 0, role = ROLE_TEXT;

	for (size_t i = 0; i < len;) {
		uint32_t point;
		size_t n = utf8_next(bytes + i, len - i, &point);
		char text[8] = "";

		if (point == 1) {
			row = two_digits(bytes + i + 1);
			col = two_digits(bytes + i + 3);
			n = 5;
		} else if (point == 2) {
			role = bytes[i + 1] - 'A';
			n = 2;
		} else if (point == 3) {
			grid_clear(screen);
		} else if (point == 4) {
			grid_fill(screen, (struct area){row, col, 1, screen->n_cols - col}, role,
				  " ");
		} else {
			memcpy(text, bytes + i, n);
			col = grid_put(screen, whole(screen), row, col, role, text);
		}
		i += n;
	}
}

/* Blanks of plain roles look the same, so roles count only where something is seen. */
static void assert_same_picture(const struct grid *a, const struct grid *b)
{
	for (int i = 0; i < a->n_rows * a->n_cols; i++) {
		const struct grid_cell *is = &a->cells[i], *should = &b->cells[i];

		assert_string_equal(is->text, should->text);
		if (strcmp(is->text, " ") != 0 || should->role == ROLE_CURSOR)
			assert_int_equal(is->role, should->role);
	}
}

static void scribble(struct grid *grid, uint64_t *seed)
{
	static const char *const words[] = {"a",   "hello",	  "漢字", "   ", "x          y",
					    "▁▂▃", "            "};
	int n = 1 + (int)(num_random(seed) % 4);

	for (int i = 0; i < n; i++)
		grid_put(grid, whole(grid), (int)(num_random(seed) % (unsigned)grid->n_rows),
			 (int)(num_random(seed) % (unsigned)grid->n_cols),
			 num_random(seed) % N_ROLES, words[num_random(seed) % ARRAY_LEN(words)]);
}

static void frames_played_back_give_the_grid(void **state)
{
	struct grid was = {0}, is = {0}, screen = {0};
	char sgr[N_ROLES][3];
	struct frame_style style;
	uint64_t seed = 7;
	SCOPED(buf) out = {0};

	(void)state;
	tiny_style(&style, sgr);
	assert_int_equal(grid_resize(&was, 6, 30), 0);
	assert_int_equal(grid_resize(&is, 6, 30), 0);
	assert_int_equal(grid_resize(&screen, 6, 30), 0);
	frame_diff(&style, NULL, &is, &out);
	for (int round = 0; round < 2000; round++) {
		scribble(&is, &seed);
		buf_clear(&out);
		frame_diff(&style, round % 50 ? &was : NULL, &is, &out);
		tiny_play(&screen, buf_text(&out), out.len);
		assert_same_picture(&screen, &is);
		memcpy(was.cells, is.cells, sizeof(struct grid_cell) * 6 * 30);
	}
	buf_clear(&out);
	frame_diff(&style, &was, &is, &out);
	assert_int_equal(out.len, 0);
	grid_release(&was);
	grid_release(&is);
	grid_release(&screen);
}

static void a_changed_cell_costs_few_bytes(void **state)
{
	struct grid was = {0}, is = {0};
	char sgr[N_ROLES][3];
	struct frame_style style;
	SCOPED(buf) out = {0};

	(void)state;
	tiny_style(&style, sgr);
	grid_resize(&was, 24, 80);
	grid_resize(&is, 24, 80);
	grid_put(&is, whole(&is), 10, 40, ROLE_WARN, "7");
	frame_diff(&style, &was, &is, &out);
	assert_int_equal(out.len, 5 + 2 + 1);
	grid_release(&was);
	grid_release(&is);
}

static void looks_are_set_by_one_sequence(void **state)
{
	static const char *const rows[][2] = {
		{"\033(B\033[m\033[1m\033[38;5;75m", "\033[;1;38;5;75m"},
		{"\033[0;10m\017\033[34m", "\033[0;10;34m"},
		{"\033[m", "\033[m"},
		{"\033[m\033]x", "\033[m\033]x"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) sgr = {0};

		buf_adds(&sgr, rows[i][0]);
		frame_merge_sgr(&sgr);
		assert_string_equal(buf_text(&sgr), rows[i][1]);
	}
}

/* Folders go one by one, of the longest path first, until the sentence fits; what stands in other quotes stays. */
static void test_shortened_paths(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *utf8, *ascii;
	} cases[] = {
		{"saved to '/a/b/c.json'", 22, "saved to '/a/b/c.json'", "saved to '/a/b/c.json'"},
		{"saved to '/aa/bb/c.json'", 23, "saved to '…/bb/c.json'",
		 "saved to '~/bb/c.json'"},
		{"saved to '/aa/bb/c.json'", 5, "saved to '…/c.json'", "saved to '~/c.json'"},
		{"from '/a/b' to '/long/er/x'", 25, "from '/a/b' to '…/er/x'",
		 "from '/a/b' to '~/er/x'"},
		{"from '/a/b' to '/long/er/x'", 1, "from '…/b' to '…/x'", "from '~/b' to '~/x'"},
		{"can't read 'x' of '/a/b", 3, "can't read 'x' of '/a/b",
		 "can't read 'x' of '/a/b"},
		{"", 0, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct grid grid = {0};
		SCOPED(buf) utf8 = {0}, ascii = {0};

		shorten_paths(&grid, cases[i].text, cases[i].columns, &utf8);
		assert_string_equal(buf_text(&utf8), cases[i].utf8);
		grid.is_ascii = true;
		shorten_paths(&grid, cases[i].text, cases[i].columns, &ascii);
		assert_string_equal(buf_text(&ascii), cases[i].ascii);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clips_at_every_edge),
		cmocka_unit_test(hostile_text_is_tamed),
		cmocka_unit_test(wide_characters_stay_whole),
		cmocka_unit_test(fits_and_marks_cuts),
		cmocka_unit_test(roles_are_letters_with_a_legend),
		cmocka_unit_test(levels_tell_nothing_from_little),
		cmocka_unit_test(strips_fold_to_the_highest),
		cmocka_unit_test(sparklines_end_at_the_newest),
		cmocka_unit_test(frames_played_back_give_the_grid),
		cmocka_unit_test(a_changed_cell_costs_few_bytes),
		cmocka_unit_test(looks_are_set_by_one_sequence),
		cmocka_unit_test(test_shortened_paths),
	};

	return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
