/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Straight capset(2): three sets of bits, each only ever made smaller, and the bounding set with them. */
#include "read/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"

#define BIT(cap) (UINT64_C(1) << (cap))

/* Each with what it is for. */
static const uint64_t needed =
	BIT(CAP_SYS_ADMIN) |	   /* maps and programs by id */
	BIT(CAP_BPF) |		   /* bpf(2) at all */
	BIT(CAP_PERFMON) |	   /* iterators of our own */
	BIT(CAP_NET_ADMIN) |	   /* programs of interfaces; attaching the demo */
	BIT(CAP_SYS_PTRACE) |	   /* descriptors of other processes: the owners */
	BIT(CAP_DAC_READ_SEARCH) | /* the same; cgroups by id */
	BIT(CAP_SYSLOG) |	   /* addresses of the kernel's symbols */
	BIT(CAP_SYS_RESOURCE) |	   /* locked memory, on kernels before 5.11 */
	BIT(CAP_DAC_OVERRIDE);	   /* files written with sudo in the home of somebody else */

enum { WORDS = _LINUX_CAPABILITY_U32S_3 };

static uint32_t word_of(uint64_t set, unsigned i)
{
	return (uint32_t)(set >> (32 * i));
}

void caps_keep_reading(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[WORDS];

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	/* Needs CAP_SETPCAP, so before that goes too; a person without it has no such sets to lose. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!(needed & BIT(cap)))
			prctl(PR_CAPBSET_DROP, cap);
	for (unsigned i = 0; i < WORDS; i++) {
		data[i].effective &= word_of(needed, i);
		data[i].permitted &= word_of(needed, i);
		data[i].inheritable &= word_of(needed, i);
	}
	if (syscall(SYS_capset, &header, data) < 0)
		log_add(LOG_INFO, "rights that are not needed could not be given up: %s",
			err_words(-errno));
}
