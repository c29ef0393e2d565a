/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flags that maps are made with, by name. */
#pragma once

#include <stdint.h>

struct buf;

/* The name of the flag 1 << bit as bpf(2) has it, in lower case without BPF_F_; NULL: none that is known. */
const char *mapflags_name(unsigned bit);

/* "no_prealloc, mmapable, 0x40000000"; nothing for 0. */
void mapflags_text(uint32_t flags, struct buf *out);
