/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The larger tables of names behind source_lookups(), a file each. ctx is not used. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* sockets.c: "tcp 10.0.0.1:443 10.0.0.2:51234", "unix /run/a.sock socket:[1591]", "vsock 2:1024 3:5000" */
bool sockets_lookup(void *ctx, uint64_t cookie, struct buf *out);
bool sockets_cookie(void *ctx, const char *ends, size_t len, uint64_t *out);
/* ksyms.c: "tcp_sendmsg+0x1b" */
bool ksyms_lookup(void *ctx, uint64_t address, struct buf *out);
bool ksyms_address(void *ctx, const char *name, size_t len, uint64_t *out);
/* frames.c: "main+0x1b" */
bool frames_lookup(void *ctx, const uint8_t *build_id, uint64_t offset, struct buf *out);
