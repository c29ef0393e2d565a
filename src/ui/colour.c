/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Nearest is nearest to the eye: by the distance in OKLab, a space in which equal steps look equal.
 * Squares of RGB differences would turn dark blues into greys and oranges into reds. */
#include "ui/colour.h"

#include <math.h>
#include <stdio.h>

enum { FIRST_OF_CUBE = 16, FIRST_GREY = 232, N_COLOURS = 256 };

struct lab {
	double l, a, b;
};

bool colour_of_text(const char *text, struct rgb *out)
{
	unsigned r, g, b;
	int end = 0;

	if (sscanf(text, "#%2x%2x%2x%n", &r, &g, &b, &end) != 3 || end != 7 || text[7])
		return false;
	*out = (struct rgb){(uint8_t)r, (uint8_t)g, (uint8_t)b};
	return true;
}

double colour_linear(uint8_t channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static struct lab lab_of(struct rgb colour)
{
	double r = colour_linear(colour.r), g = colour_linear(colour.g),
	       b = colour_linear(colour.b);
	double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);

	return (struct lab){
		.l = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
		.a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
		.b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
	};
}

double colour_distance(struct rgb a, struct rgb b)
{
	struct lab x = lab_of(a), y = lab_of(b);

	return hypot(x.l - y.l, hypot(x.a - y.a, x.b - y.b));
}

struct rgb colour_of_256(int i)
{
	static const struct rgb usual[FIRST_OF_CUBE] = {
		{0, 0, 0},	 {205, 0, 0},	{0, 205, 0},   {205, 205, 0},
		{0, 0, 238},	 {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
		{127, 127, 127}, {255, 0, 0},	{0, 255, 0},   {255, 255, 0},
		{92, 92, 255},	 {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
	};
	static const uint8_t steps[] = {0, 95, 135, 175, 215, 255};
	uint8_t grey = (uint8_t)(8 + (i - FIRST_GREY) * 10);

	if (i < FIRST_OF_CUBE)
		return usual[i];
	if (i >= FIRST_GREY)
		return (struct rgb){grey, grey, grey};
	i -= FIRST_OF_CUBE;
	return (struct rgb){steps[i / 36], steps[i / 6 % 6], steps[i % 6]};
}

static int nearest(struct rgb colour, int first, int end)
{
	double best_distance = INFINITY;
	int best = first;

	for (int i = first; i < end; i++) {
		double d = colour_distance(colour_of_256(i), colour);

		if (d < best_distance) {
			best = i;
			best_distance = d;
		}
	}
	return best;
}

int colour_nearest256(struct rgb colour)
{
	return nearest(colour, FIRST_OF_CUBE, N_COLOURS);
}

int colour_nearest16(struct rgb colour)
{
	return nearest(colour, 0, FIRST_OF_CUBE);
}
