/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What there is to say to a person beside the rows: lines on stderr. While the screen has the terminal it says things
 * itself (screen_say). */
#pragma once

/* Of the host: there is nothing to list or to pick from. */
#define SAY_NO_MAPS "there are no BPF maps on this host"

/* Writes "bpfmaptop: ", the sentence and a newline. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
