/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Colours as people see them: how far two are apart, and which of a terminal's few comes nearest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rgb {
	uint8_t r, g, b; /* sRGB */
};

/* "#rrggbb" and nothing else. */
bool colour_of_text(const char *text, struct rgb *out);

/* Light of a channel, 0..1 (IEC 61966-2-1). */
double colour_linear(uint8_t channel);

/* Distance in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020): 0 for the
 * same, 1 from black to white; about 0.02 is the least that is seen side by side. */
double colour_distance(struct rgb a, struct rgb b);

/* What xterm shows for colour i of 0..255; the first 16 may be anything in the terminal at hand. */
struct rgb colour_of_256(int i);

/* Nearest entry of the cube and the greys (16..255), and of the 16 usual colours. */
int colour_nearest256(struct rgb colour);
int colour_nearest16(struct rgb colour);
