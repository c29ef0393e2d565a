/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Setting O_NONBLOCK on the descriptor we were given would set it for the shell that shares it, so the
 * device is opened again. poll(2) first: the borrowed descriptor may block, and even then a terminal
 * that is ready takes a frame at once. */
#include "ui/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "base/tidy.h"

enum { CLIPBOARD_BYTES = 64 << 10, FINISH_TRIES = 10, FINISH_WAIT_MS = 100 };

void outlet_open(struct outlet *outlet, int fd)
{
	const char *name = ttyname(fd);
	int own = name ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;

	outlet->owns_fd = own >= 0;
	outlet->fd = own >= 0 ? own : fd;
}

void outlet_release(struct outlet *outlet)
{
	if (outlet->owns_fd)
		close(outlet->fd);
	outlet->owns_fd = false;
	buf_release(&outlet->pending);
	outlet->sent = 0;
}

void outlet_drop(struct outlet *outlet)
{
	buf_clear(&outlet->pending);
	outlet->sent = 0;
}

int outlet_send(struct outlet *outlet)
{
	struct pollfd ready = {.fd = outlet->fd, .events = POLLOUT};
	ssize_t n;

	if (outlet->pending.len == 0)
		return 0;
	if (poll(&ready, 1, 0) < 0 || !(ready.revents & (POLLOUT | POLLERR | POLLHUP)))
		return -EAGAIN;
	n = write(outlet->fd, outlet->pending.at + outlet->sent,
		  outlet->pending.len - outlet->sent);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EIO;
	outlet->sent += (size_t)n;
	if (outlet->sent == outlet->pending.len)
		outlet_drop(outlet);
	return (int)n;
}

void outlet_finish(struct outlet *outlet, const char *text)
{
	outlet_drop(outlet);
	buf_adds(&outlet->pending, text);
	for (int i = 0; i < FINISH_TRIES && outlet->pending.len; i++) {
		struct pollfd ready = {.fd = outlet->fd, .events = POLLOUT};

		if (poll(&ready, 1, FINISH_WAIT_MS) > 0 && outlet_send(outlet) == -EIO)
			break;
	}
	outlet_drop(outlet);
}

/* source: RFC 4648, section 4 */
static void add_base64(struct buf *out, const char *text, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)(uint8_t)text[i] << 16;

		if (left > 1)
			bits |= (uint32_t)(uint8_t)text[i + 1] << 8;
		if (left > 2)
			bits |= (uint8_t)text[i + 2];
		buf_addc(out, digits[bits >> 18 & 63]);
		buf_addc(out, digits[bits >> 12 & 63]);
		buf_addc(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		buf_addc(out, left > 2 ? digits[bits & 63] : '=');
	}
}

/* source: xterm's control sequences, "Operating System Commands", OSC 52 */
void outlet_clipboard(struct outlet *outlet, const char *text, size_t len)
{
	buf_adds(&outlet->pending, "\033]52;c;");
	add_base64(&outlet->pending, text, MIN_OF(len, (size_t)CLIPBOARD_BYTES));
	buf_adds(&outlet->pending, "\a");
}
