/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A map of another host: `ssh HOST bpfmaptop record - MAP`, whose tape is replayed as it comes, and which
 * is started again when it ends. What it takes to reach the host is ssh's business (~/.ssh/config). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct remote;
struct source;

/* Starts ssh for `HOST:MAP`, and waits for nothing: the tape has no map, yet. interval_ns: between readings
 * there; 0: what that host takes unless told. may_ask: for a password, on the terminal. 0; -EINVAL where that
 * names no host or no map; or -errno with a sentence. */
int remote_start(const char *text, uint64_t interval_ns, bool may_ask, struct remote **out,
		 struct err *err);
/* Waits for the first reading. 0, or -errno with a sentence in which ssh or the other end says why. */
int remote_await(struct remote *remote, struct err *err);
/* The tape; it lives as long as remote. */
struct source *remote_tape(const struct remote *remote);

enum remote_turn {
	REMOTE_SAME,
	REMOTE_LOST,  /* err says so, and why; it is tried again */
	REMOTE_TRIED, /* it is being tried: replay_fd is another one */
	REMOTE_BACK,  /* a reading came again */
};
/* Looks after the connection, without waiting: reads on until there is a map in the tape, notices when the connection
 * is lost or never came to be, and makes it anew: a second later, after each further failure twice as long. */
enum remote_turn remote_turn(struct remote *remote, uint64_t now_ns, struct err *err);
/* When to look again, if nothing happens. */
uint64_t remote_wakes_ns(const struct remote *remote, uint64_t now_ns);

/* Adds the state of the connection in words, a line or two: that it is being made, or why it can't be and when it is
 * tried again. */
void remote_words(const struct remote *remote, uint64_t now_ns, struct buf *out);
/* As it was typed, borrowed. */
const char *remote_host(const struct remote *remote);
const char *remote_map(const struct remote *remote);

/* Whether the recording ended without saying so: the connection broke, or the program there was killed. */
bool remote_is_cut(const struct remote *remote);

/* Ends ssh. NULL is fine. */
void remote_free(struct remote *remote);
