/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A level is a share of 0..1 in so many steps: zero is blank and anything above it is at least the
 * lowest step, so that "little" and "nothing" never look alike. */
#include "ui/glyph.h"

#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "base/buf.h"

static const char *const ascii_levels[] = {".", ":", "-", "=", "+", "*", "#", "%", "@"};
static const char *const block_levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const meter_eighths[] = {"▏", "▎", "▍", "▌", "▋", "▊", "▉"};

#define BLOCK_MARKS                                                                                \
	.full = "█", .empty = "·", .open = "▕", .close = "▏", .down = "▾", .up = "▴", .line = "─", \
	.bar = "│", .tee = "┬", .joints = {"│", "┤", "├", "┼"}, .at_least = "≥", .dot = "·",       \
	.left = "‹", .right = "›", .gap = "·", .folded = "▸", .opened = "▾"

static const struct glyphs sets[N_GLYPH_SETS] = {
	[GLYPHS_ASCII] = {.levels = ascii_levels,
			  .n_levels = ARRAY_LEN(ascii_levels),
			  .gap = "'",
			  .full = "|",
			  .empty = " ",
			  .open = "[",
			  .close = "]",
			  .down = ">",
			  .up = "<",
			  .line = "-",
			  .bar = "|",
			  .tee = "+",
			  .joints = {"|", "+", "+", "+"},
			  .at_least = ">=",
			  .dot = ".",
			  .left = "<",
			  .right = ">",
			  .folded = "+",
			  .opened = "-"},
	[GLYPHS_BLOCKS] = {.levels = block_levels,
			   .n_levels = ARRAY_LEN(block_levels),
			   BLOCK_MARKS},
	[GLYPHS_BRAILLE] = {.levels = block_levels,
			    .n_levels = ARRAY_LEN(block_levels),
			    BLOCK_MARKS},
};
static const char *const set_names[N_GLYPH_SETS] = {
	[GLYPHS_ASCII] = "ascii", [GLYPHS_BLOCKS] = "blocks", [GLYPHS_BRAILLE] = "braille"};

enum glyph_set glyph_set_named(const char *name)
{
	for (unsigned i = 0; i < N_GLYPH_SETS; i++)
		if (strcmp(set_names[i], name) == 0)
			return i;
	return GLYPHS_BLOCKS;
}

const struct glyphs *glyphs_of(enum glyph_set set)
{
	return &sets[set];
}

enum glyph_set glyph_set_for(const struct grid *grid, enum glyph_set wish)
{
	return grid->is_ascii ? GLYPHS_ASCII : wish;
}

/* Step 0..steps of a share, never 0 for more than nothing. */
static unsigned step_of(double share, unsigned steps)
{
	unsigned step;

	if (!(share > 0))
		return 0;
	step = (unsigned)lround(fmin(share, 1) * steps);
	return MAX_OF(step, 1u);
}

const char *glyph_level(enum glyph_set set, double share)
{
	unsigned step = step_of(share, sets[set].n_levels);

	if (isnan(share))
		return sets[set].gap;
	return step ? sets[set].levels[step - 1] : " ";
}

size_t glyph_spark_samples(const struct grid *grid, enum glyph_set wish, int columns)
{
	return (size_t)MAX_OF(columns, 0) * (glyph_set_for(grid, wish) == GLYPHS_BRAILLE ? 2 : 1);
}

/* How high sample i of `wanted` stands, counted so that the last of samples[] is the last one wanted; NaN before
 * the first. */
static double share_at(const struct spark *spark, size_t wanted, size_t i)
{
	if (i + spark->n < wanted)
		return NAN;
	return (double)spark->samples[i + spark->n - wanted] / spark->scale;
}

/* Two samples in one braille character: dots 7 3 2 1 on the left, 8 6 5 4 on the right, bottom up. */
static void braille_cell(char text[GRID_CELL_BYTES], double left, double right)
{
	static const uint8_t dots[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
	unsigned bits = 0;

	for (unsigned i = 0; i < step_of(left, 4); i++)
		bits |= dots[0][i];
	for (unsigned i = 0; i < step_of(right, 4); i++)
		bits |= dots[1][i];
	if (!bits) {
		strcpy(text, " ");
		return;
	}
	text[0] = (char)0xe2;
	text[1] = (char)(0xa0 | bits >> 6);
	text[2] = (char)(0x80 | (bits & 0x3f));
	text[3] = '\0';
}

void glyph_spark(struct grid *grid, struct area area, struct strip strip, const struct spark *spark)
{
	enum glyph_set set = glyph_set_for(grid, spark->wish);
	size_t wanted = glyph_spark_samples(grid, spark->wish, strip.n_cols);
	bool has_begun = false;
	int col = strip.col;

	for (size_t i = 0; i < wanted;) {
		double share = share_at(spark, wanted, i);
		char text[GRID_CELL_BYTES] = " ";

		if (set == GLYPHS_BRAILLE) {
			braille_cell(text, share, share_at(spark, wanted, i + 1));
			i += 2;
		} else {
			has_begun |= !isnan(share);
			if (has_begun)
				strcpy(text, glyph_level(set, share));
			i++;
		}
		col = grid_put(grid, area, strip.row, col, spark->role, text);
	}
}

void glyph_meter(struct grid *grid, struct area area, struct strip strip, double share,
		 enum role role)
{
	const struct glyphs *glyphs = glyphs_of(glyph_set_for(grid, GLYPHS_BLOCKS));
	unsigned per_cell = grid->is_ascii ? 1 : ARRAY_LEN(meter_eighths) + 1;
	unsigned filled = step_of(share, per_cell * (unsigned)MAX_OF(strip.n_cols, 0));
	unsigned part = filled % per_cell;
	int col = strip.col;

	for (int i = 0; i < strip.n_cols; i++) {
		unsigned done = (unsigned)i * per_cell;

		if (done + per_cell <= filled)
			col = grid_put(grid, area, strip.row, col, role, glyphs->full);
		else if (part && done < filled)
			col = grid_put(grid, area, strip.row, col, role, meter_eighths[part - 1]);
		else
			col = grid_put(grid, area, strip.row, col, ROLE_DIM, glyphs->empty);
	}
}

int glyph_heat_columns(size_t n, int columns)
{
	return n < (size_t)MAX_OF(columns, 0) ? (int)n : MAX_OF(columns, 0);
}

/* The highest of shares[first..end), NaN when none is known. */
static double highest(const float *shares, size_t first, size_t end)
{
	double best = NAN;

	for (size_t i = first; i < end; i++)
		if (isnan(best) || (double)shares[i] > best)
			best = (double)shares[i];
	return best;
}

static double mean_of(const float *shares, size_t n)
{
	size_t n_known = 0;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(shares[i])) {
			sum += (double)shares[i];
			n_known++;
		}
	return n_known ? sum / (double)n_known : 0;
}

/* Hot is what does more than its part: the mean is calm, `hottest` times that is the last role. */
enum role glyph_heat_role(double share, double mean)
{
	static const double hottest = 4;
	static const int calm = 2;
	double times = mean > 0 && !isnan(share) ? fmax(share, 0) / mean : 0;

	if (times <= 1)
		return ROLE_HEAT_0 + (int)(times * calm);
	return ROLE_HEAT_0 + calm + (int)(fmin(log2(times) / log2(hottest), 1) * (7 - calm));
}

void glyph_heat(struct grid *grid, struct area area, struct strip strip, const float *shares,
		size_t n)
{
	enum glyph_set set = glyph_set_for(grid, GLYPHS_BLOCKS);
	size_t cells = (size_t)glyph_heat_columns(n, strip.n_cols);
	double mean = mean_of(shares, n);
	int col = strip.col;

	for (size_t i = 0; i < cells; i++) {
		double share = highest(shares, i * n / cells, (i + 1) * n / cells);

		col = grid_put(grid, area, strip.row, col, glyph_heat_role(share, mean),
			       glyph_level(set, share));
	}
}
