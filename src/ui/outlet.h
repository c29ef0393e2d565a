/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes on their way to a terminal that may not be taking any. Never waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct outlet {
	int fd; /* opened anew where that is allowed, so that O_NONBLOCK is ours alone */
	bool owns_fd;
	struct buf pending; /* what is to be written, in order */
	size_t sent;	    /* bytes of it that have left */
};

/* Opens the terminal behind fd a second time. Where the device may not be opened, fd itself serves. */
void outlet_open(struct outlet *outlet, int fd);
void outlet_release(struct outlet *outlet);

/* Writes what is pending, as far as it is taken, in one write(2). returns the bytes that left, 0 when
 * nothing was pending, -EAGAIN when none were taken, -EIO when the terminal is gone. */
int outlet_send(struct outlet *outlet);
/* Writes text, with which the terminal is left, in place of what is pending. Waits for a terminal that is not taking it
 * for a second at most, since leaving must not hang. */
void outlet_finish(struct outlet *outlet, const char *text);
void outlet_drop(struct outlet *outlet); /* forgets what is pending */

/* Adds text for the clipboard (OSC 52), cut to what terminals take. */
void outlet_clipboard(struct outlet *outlet, const char *text, size_t len);
