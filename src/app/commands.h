/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each command's row runs: an exit status, with the sentence in err when it is not EXIT_DONE. */
#pragma once

struct err;
struct options;

int run_watch(const struct options *options, struct err *err);
int run_list(const struct options *options, struct err *err);
int run_info(const struct options *options, struct err *err);
int run_dump(const struct options *options, struct err *err);
int run_stream(const struct options *options, struct err *err);
int run_record(const struct options *options, struct err *err);
int run_replay(const struct options *options, struct err *err);
int run_export(const struct options *options, struct err *err);
int run_demo(const struct options *options, struct err *err);
