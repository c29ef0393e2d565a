/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a person names: `41`, `id:41`, `flows`, `name:flows`, `/sys/fs/bpf/flows`, `prog:17`,
 * `prog:xdp_main`, `dev:eth0`, `file:x.tape`, `file:x.tape*`, `file:x.tape:flows`, `sim:flows`,
 * `ssh:web1:flows`. A row a scheme. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct err;

enum spec_kind {
	SPEC_ID,
	SPEC_NAME,
	SPEC_PIN,
	SPEC_PROGRAM, /* id or name of a program: all maps it uses */
	SPEC_DEVICE,  /* interface: all maps of its XDP and TC programs */
	SPEC_TAPE,
	SPEC_SIM,
	SPEC_REMOTE, /* a map of another host: `web1:flows` */
};

struct spec {
	enum spec_kind kind;
	uint32_t id;	  /* SPEC_ID, and SPEC_PROGRAM when it was a number; else 0 */
	const char *text; /* behind the scheme; borrowed from the argument */
};

/* 0, or -EINVAL with a sentence. */
int spec_parse(const char *argument, struct spec *out, struct err *err);

/* Of `PATH` or `PATH:MAP`, PATH a file or a pattern for some, how long PATH is: all of it unless something is there without the MAP, or PATH is
 * '-', and nothing with it. */
size_t spec_tape_path(const char *text);

/* Files of a recording that PATH names: itself, or where none is called so those that it fits as a pattern, of
 * whose parts only the last may have '*', '?' or '['. There is always one. */
struct spec_files {
	char **paths; /* owned, each */
	size_t n;
};
/* Adds to out, which is zeroed and the caller's also when it fails. 0 or -ENOMEM. */
int spec_tape_files(const char *path, struct spec_files *out);
void spec_files_release(struct spec_files *files);
