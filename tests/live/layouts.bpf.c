/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps whose layouts test_layouts.sh asks for: tags, odd places, definitions of both kinds. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define TAG(text) __attribute__((btf_decl_tag("bpfmaptop:" text)))

typedef __u32 tagged_t TAG("hex");

struct tagged {
	__u32 from TAG("ip4");
	__u32 inner TAG("hide");
	tagged_t word;
	__u32 plain;
};

enum verdict { PASSED = 1, DROPPED = 2 };

struct odd {
	__u8 first;
	__u32 low : 3, high : 20;
	__s32 middle : 17;
	struct {
		__u16 a;
		union {
			__u64 wide;
			__u8 bytes[5];
		};
	} list[2][3];
	char name[7];
	enum verdict verdict;
	_Bool is_on;
	void *at;
	unsigned __int128 huge;
	__u64 last;
};

struct packed {
	__u8 a;
	__u64 b;
	struct {
		__u16 c;
		__u32 d;
	} __attribute__((packed)) inner;
	__u16 e : 9;
} __attribute__((packed));

#define MAP(map_name, key_type, value_type)                                                        \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(max_entries, 8);                                                            \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} map_name SEC(".maps")

MAP(ly_tagged, __u32, struct tagged);
MAP(ly_odd, struct packed, struct odd);
MAP(ly_scalar, __u64, __be32);

struct wrongly {
	__u64 wide TAG("mac");
	__u64 plain TAG("nothing");
};
MAP(ly_wrongly, __u32, struct wrongly);

/* Names that the kernel cuts to the same. */
struct ly_alike_but_longer {
	__u32 narrow;
};
struct ly_alike_but_long_ago {
	__u64 wide;
};
MAP(ly_alike_but_longer, __u32, struct ly_alike_but_longer);
MAP(ly_alike_but_long_ago, __u32, struct ly_alike_but_long_ago);

/* Names that pads and reserved words would take. */
struct named {
	__u8 _first;
	__u64 _pad0;
	__u8 __last;
	__u32 _pad1, inline_;
};
MAP(ly_named, struct named, struct named);
struct named ly_first;
__u64 ly_counter, ly_other[3];

SEC("socket")
int ly_count(void *ctx)
{
	__sync_fetch_and_add(&ly_counter, 1);
	__u32 key = 1;
	struct packed packed = {};

	return bpf_map_lookup_elem(&ly_tagged, &key) && bpf_map_lookup_elem(&ly_odd, &packed) &&
	       bpf_map_lookup_elem(&ly_scalar, &ly_other[0]);
}

char ly_license[] SEC("license") = "GPL";
