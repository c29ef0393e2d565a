/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether the shipped themes can be read, as far as numbers tell: contrast by WCAG 2.2 (1.4.3 for text,
 * 1.4.11 for what is drawn) on every background a theme is made for, in truecolour and in the 256; and
 * whether the themes for colour-blind people keep apart what must be told apart when red or green cones
 * are missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/tidy.h"
#include "ui/theme.h"

/* The cube of the 256 has three colours that read on black and on white alike, to 4.4 and no better. */
static const double text_least = 4.5, text_least_of_256 = 4.4, shape_least = 3, line_least = 2;
/* OKLab: more than three times and more than twice what is just seen, whichever cones are missing. */
static const double state_least = 0.07, step_least = 0.05;

enum depth { TRUE_COLOUR, OF_256, N_DEPTHS };

static const struct rgb black, white = {255, 255, 255};

static double luminance(struct rgb c)
{
	return 0.2126 * colour_linear(c.r) + 0.7152 * colour_linear(c.g) +
	       0.0722 * colour_linear(c.b);
}

static double contrast(struct rgb a, struct rgb b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static struct rgb seen(const struct theme_colour *colour, enum depth depth)
{
	return depth == TRUE_COLOUR ? colour->rgb : colour_of_256(colour->index256);
}

static void load(struct theme *theme, const char *name)
{
	struct err err = {0};

	if (theme_load(theme, name, &err) < 0)
		fail_msg("%s: %s", name, err.text);
}

/* -- contrast ------------------------------------------------------------------------------------ */

/* What is drawn rather than read: lines beside something, and shapes that say something themselves. */
static double least_of(enum role role, enum depth depth)
{
	switch (role) {
	case ROLE_BORDER:
	case ROLE_HEAT_0:
		return line_least;
	case ROLE_GRAPH:
	case ROLE_METER_LOW:
	case ROLE_METER_MID:
	case ROLE_METER_HIGH:
	case ROLE_HEAT_1 ... ROLE_HEAT_7:
		return shape_least;
	default:
		return depth == TRUE_COLOUR ? text_least : text_least_of_256;
	}
}

/* The terminal's own ink is as far from its ground as black or white is, or its owner wants it so. */
static void role_reads(const struct theme *theme, enum role role, struct rgb ground,
		       enum depth depth, double least)
{
	const struct theme_look *look = &theme->looks[role];
	struct rgb own = contrast(black, ground) > contrast(white, ground) ? black : white;
	struct rgb ink = look->ink.is_set ? seen(&look->ink, depth) : own;
	struct rgb paper = look->paper.is_set ? seen(&look->paper, depth) : ground;

	if (contrast(ink, paper) < least)
		fail_msg("theme '%s', role '%s', %s: #%02x%02x%02x on #%02x%02x%02x has a contrast "
			 "of %.2f, not %.1f",
			 theme->name, roles[role].name,
			 depth == TRUE_COLOUR ? "truecolour" : "256 colours", ink.r, ink.g, ink.b,
			 paper.r, paper.g, paper.b, contrast(ink, paper), least);
}

static void every_theme_reads_on_its_grounds(void **state)
{
	const char *name;

	(void)state;
	for (unsigned i = 0; (name = theme_name_at(i)); i++) {
		struct theme theme;

		load(&theme, name);
		assert_true(theme.n_made_for > 0);
		for (unsigned g = 0; g < theme.n_made_for; g++)
			for (int role = 0; role < N_ROLES; role++)
				for (enum depth d = 0; d < N_DEPTHS; d++)
					role_reads(&theme, role, theme.made_for[g], d,
						   least_of(role, d));
	}
}

/* WCAG's 1.4.6: seven, and nothing in it is fainter than that. */
static void high_contrast_is_high(void **state)
{
	struct theme theme;

	(void)state;
	load(&theme, "high-contrast");
	for (int role = 0; role < N_ROLES; role++)
		for (enum depth d = 0; d < N_DEPTHS; d++)
			role_reads(&theme, role, theme.made_for[0], d, 7);
}

static void default_is_made_for_dark_and_light(void **state)
{
	struct theme theme;

	(void)state;
	theme_default(&theme);
	assert_int_equal(theme.n_made_for, 2);
	assert_true(contrast(theme.made_for[0], theme.made_for[1]) > 20.9);
}

/* Ink and paper of one number would be no text at all, and black on a dark ground none either. */
static void few_colours_leave_text_visible(void **state)
{
	static const int depths[] = {8, 16};
	const char *name;

	(void)state;
	for (unsigned i = 0; (name = theme_name_at(i)); i++) {
		struct theme theme;

		load(&theme, name);
		for (size_t j = 0; j < N_ROLES * ARRAY_LEN(depths); j++) {
			const struct theme_look *look = &theme.looks[j % N_ROLES];
			int n = depths[j / N_ROLES];
			int ink = theme_colour_index(&look->ink, n, false);
			int paper = theme_colour_index(&look->paper, n, true);
			bool is_on_dark = contrast(theme.made_for[0], black) < 3;

			if (!look->ink.is_set)
				continue;
			if (look->paper.is_set ? ink == paper : ink == 0 && is_on_dark)
				fail_msg("theme '%s', role '%s' cannot be seen with %d colours",
					 name, roles[j % N_ROLES].name, n);
		}
	}
}

/* -- colour-blind people ------------------------------------------------------------------------- */

/* F. Viénot, H. Brettel, J. D. Mollon, "Digital video colourmaps for checking the legibility of displays
 * by dichromats", Color Research and Application 24 (1999), 243-252: light of the display into that of
 * the cones, the missing kind from the two that are there so that whites and blues stay, and back. */
typedef double matrix[3][3];

static const matrix cones = {
	{17.8824, 43.5161, 4.11935}, {3.45565, 27.1554, 3.86714}, {0.0299566, 0.184309, 1.46709}};
static const matrix light = {{0.0809444479, -0.130504409, 0.116721066},
			     {-0.0102485335, 0.0540193266, -0.113614708},
			     {-0.000365296938, -0.00412161469, 0.693511405}};
static const struct {
	const char *name;
	matrix sees;
} sights[] = {
	{"protanopia", {{0, 2.02344, -2.52581}, {0, 1, 0}, {0, 0, 1}}},
	{"deuteranopia", {{1, 0, 0}, {0.494207, 0, 1.24827}, {0, 0, 1}}},
};

static void times(const matrix m, const double in[3], double out[3])
{
	for (int i = 0; i < 3; i++)
		out[i] = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
}

static uint8_t channel_of(double linear)
{
	int least = 0;

	while (least < 255 && colour_linear((uint8_t)least) < linear)
		least++;
	return (uint8_t)least;
}

static struct rgb as_seen_with(const matrix sees, struct rgb c)
{
	double rgb[3] = {colour_linear(c.r), colour_linear(c.g), colour_linear(c.b)};
	double lms[3], left[3];

	times(cones, rgb, lms);
	times(sees, lms, left);
	times(light, left, rgb);
	return (struct rgb){channel_of(rgb[0]), channel_of(rgb[1]), channel_of(rgb[2])};
}

/* White and black stay as they are, red and green of like lightness become alike. */
static void the_simulation_is_the_one_cited(void **state)
{
	const struct rgb red = {200, 60, 40}, green = {90, 120, 30};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
		assert_true(colour_distance(as_seen_with(sights[i].sees, white), white) < 0.01);
		assert_true(colour_distance(as_seen_with(sights[i].sees, black), black) < 0.01);
	}
	assert_true(colour_distance(as_seen_with(sights[1].sees, red),
				    as_seen_with(sights[1].sees, green)) <
		    colour_distance(red, green) / 2);
}

static void apart(const struct theme *theme, enum role a, enum role b, enum depth depth,
		  double least)
{
	for (size_t i = 0; i < ARRAY_LEN(sights); i++) {
		struct rgb x = as_seen_with(sights[i].sees, seen(&theme->looks[a].ink, depth));
		struct rgb y = as_seen_with(sights[i].sees, seen(&theme->looks[b].ink, depth));

		if (colour_distance(x, y) < least)
			fail_msg("theme '%s' with %s: '%s' and '%s' are %.3f apart, not %.2f",
				 theme->name, sights[i].name, roles[a].name, roles[b].name,
				 colour_distance(x, y), least);
	}
}

static void colour_blind_people_tell_states_apart(void **state)
{
	static const char *const names[] = {"colour-blind", "colour-blind-light"};
	static const enum role states[] = {ROLE_NEW, ROLE_GONE, ROLE_TAGGED, ROLE_WARN, ROLE_CRIT};
	static const enum role meters[] = {ROLE_METER_LOW, ROLE_METER_MID, ROLE_METER_HIGH};

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		struct theme theme;

		load(&theme, names[n]);
		for (enum depth d = 0; d < N_DEPTHS; d++) {
			for (size_t i = 0; i < ARRAY_LEN(states); i++)
				for (size_t j = 0; j < i; j++)
					apart(&theme, states[i], states[j], d, state_least);
			for (size_t i = 0; i < ARRAY_LEN(meters); i++)
				for (size_t j = 0; j < i; j++)
					apart(&theme, meters[i], meters[j], d, state_least);
			for (int i = ROLE_HEAT_0; i < ROLE_HEAT_7; i++)
				apart(&theme, i, i + 1, d, step_least);
		}
	}
}

/* A ladder whose rungs differ in light needs no hue: each is farther from the ground than the last. */
static void their_heat_is_a_ladder_of_light(void **state)
{
	static const char *const names[] = {"colour-blind", "colour-blind-light"};

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		struct theme theme;

		load(&theme, names[n]);
		for (enum depth d = 0; d < N_DEPTHS; d++)
			for (int i = ROLE_HEAT_0; i < ROLE_HEAT_7; i++)
				if (contrast(seen(&theme.looks[i].ink, d), theme.made_for[0]) >=
				    contrast(seen(&theme.looks[i + 1].ink, d), theme.made_for[0]))
					fail_msg("theme '%s': '%s' is no higher than the one below",
						 names[n], roles[i + 1].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_theme_reads_on_its_grounds),
		cmocka_unit_test(high_contrast_is_high),
		cmocka_unit_test(default_is_made_for_dark_and_light),
		cmocka_unit_test(few_colours_leave_text_visible),
		cmocka_unit_test(the_simulation_is_the_one_cited),
		cmocka_unit_test(colour_blind_people_tell_states_apart),
		cmocka_unit_test(their_heat_is_a_ladder_of_light),
	};

	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests_name("theme_sight", tests, NULL, NULL);
}
