/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What marks and colours mean, in the look that the theme in force gives them: a row of the table a line,
 * in parts of one role each. */
#include <string.h>

#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/scene.h"

/* Instead of a text: glyphs of the set in use. */
#define METER "\x01"
#define HEAT  "\x02"
#define TREND "\x03"

enum { MAX_PARTS = 9, SAMPLE_COLS = 2 };

static const struct legend_line {
	struct {
		const char *text;
		enum role role;
	} parts[MAX_PARTS];
} lines[] = {
	{{{"Marks before a row", ROLE_TITLE}}},
	{{{"  ", ROLE_TEXT}, {">  the cursor", ROLE_CURSOR}}},
	{{{"  ", ROLE_TEXT}, {" * tagged", ROLE_TAGGED}}},
	{{{"  ", ROLE_TEXT}, {" + new within the last 3 readings", ROLE_NEW}}},
	{{{"  ", ROLE_TEXT},
	  {" - gone, with its last values", ROLE_GONE},
	  {" for 3 readings", ROLE_TEXT}}},
	{{{"  ", ROLE_TEXT}, {"  ! an alert is about it", ROLE_TEXT}}},
	{{{"", ROLE_TEXT}}},
	{{{"Colours", ROLE_TITLE}}},
	{{{"  ", ROLE_TEXT},
	  {"key", ROLE_KEY},
	  {"  value  ", ROLE_TEXT},
	  {"found", ROLE_MATCH},
	  {"  ", ROLE_TEXT},
	  {"less needed", ROLE_DIM}}},
	{{{"  ", ROLE_TEXT},
	  {METER, ROLE_METER_LOW},
	  {" low  ", ROLE_TEXT},
	  {METER, ROLE_METER_MID},
	  {" middling  ", ROLE_TEXT},
	  {METER, ROLE_METER_HIGH},
	  {" nearly full", ROLE_TEXT}}},
	{{{"  ", ROLE_TEXT},
	  {HEAT, ROLE_HEAT_0},
	  {"  CPUs: below the mean to far above", ROLE_TEXT}}},
	{{{"  ", ROLE_TEXT}, {TREND, ROLE_GRAPH}, {"  trends: one scale for all rows", ROLE_TEXT}}},
	{{{"  ", ROLE_TEXT},
	  {"warning", ROLE_WARN},
	  {"  ", ROLE_TEXT},
	  {"critical", ROLE_CRIT},
	  {"  ", ROLE_TEXT},
	  {"message", ROLE_MESSAGE},
	  {"  ", ROLE_TEXT},
	  {"paused", ROLE_PAUSED}}},
	{{{"", ROLE_TEXT}}},
};

/* Levels from the lowest to the highest; heat has a role for each. */
static int put_levels(const struct scene *scene, struct area area, int row, int col, enum role role)
{
	enum { N_LEVELS = ROLE_HEAT_7 - ROLE_HEAT_0 + 1 };
	enum glyph_set set = glyph_set_for(scene->grid, GLYPHS_BLOCKS);

	for (int i = 0; i < N_LEVELS; i++)
		col = grid_put(scene->grid, area, row, col,
			       role == ROLE_HEAT_0 ? (enum role)(ROLE_HEAT_0 + i) : role,
			       glyph_level(set, (i + 1.0) / N_LEVELS));
	return col;
}

static int put_part(const struct scene *scene, struct area area, int row, int col, const char *text,
		    enum role role)
{
	if (strcmp(text, HEAT) == 0 || strcmp(text, TREND) == 0)
		return put_levels(scene, area, row, col, role);
	if (strcmp(text, METER) != 0)
		return grid_put(scene->grid, area, row, col, role, text);
	for (int i = 0; i < SAMPLE_COLS; i++)
		col = grid_put(scene->grid, area, row, col, role, scene->glyphs->full);
	return col;
}

size_t legend_lines(void)
{
	return ARRAY_LEN(lines);
}

void legend_put(const struct scene *scene, struct area line, int col,
		__attribute__((unused)) const void *ctx, unsigned i)
{
	for (int j = 0; j < MAX_PARTS && lines[i].parts[j].text; j++)
		col = put_part(scene, line, 0, col, lines[i].parts[j].text, lines[i].parts[j].role);
}
