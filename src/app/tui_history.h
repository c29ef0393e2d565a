/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was typed into prompts, kept in $XDG_STATE_HOME/bpfmaptop/history. */
#pragma once

struct err;
struct tui;

/* A history that can't be read is told in the log. */
void tui_history_open(struct tui *tui);
/* Adds what was typed in this run to what is there. 0, or -errno with a sentence: -EPERM where that is
 * another user's home, which is never written. */
int tui_history_close(struct tui *tui, struct err *err);
