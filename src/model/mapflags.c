/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* source: include/uapi/linux/bpf.h, "flags for BPF_MAP_CREATE command" */
#include "model/mapflags.h"

#include <stddef.h>

#include "base/buf.h"
#include "base/tidy.h"

enum { FLAG_BITS = 32 };

static const char *const names[] = {
	"no_prealloc",	    "no_common_lru",  "numa_node",     "rdonly",       "wronly",
	"stack_build_id",   "zero_seed",      "rdonly_prog",   "wronly_prog",  "clone",
	"mmapable",	    "preserve_elems", "inner_map",     "link",	       "path_fd",
	"vtype_btf_obj_fd", "token_fd",	      "segv_on_fault", "no_user_conv", "rb_overwrite",
};

const char *mapflags_name(unsigned bit)
{
	return bit < ARRAY_LEN(names) ? names[bit] : NULL;
}

void mapflags_text(uint32_t flags, struct buf *out)
{
	const char *between = "";

	for (unsigned bit = 0; bit < FLAG_BITS; bit++) {
		const char *name = mapflags_name(bit);

		if (!(flags >> bit & 1))
			continue;
		buf_adds(out, between);
		if (name)
			buf_adds(out, name);
		else
			buf_addf(out, "0x%x", UINT32_C(1) << bit);
		between = ", ";
	}
}
