/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps of every kind whose types have every shape that C has; test_dump_oracle.sh fills and reads them.
 * Bitfields end in their width, so that a reader of the dump knows it. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

enum color { RED, GREEN = 5, BLUE = -3 };

struct inner {
	__u16 a;
	__s8 b;
	char c;
	__u8 mac[6];
	__be16 port;
};

struct key {
	__u32 id;
	struct inner in;
	union {
		__be32 v4;
		__u8 v6[16];
	} address;
	__u8 slot_b3 : 3, queue_b5 : 5;
} __attribute__((packed));

struct value {
	__u8 u8;
	__s8 s8;
	__u16 u16;
	__s16 s16;
	__u32 u32;
	__s32 s32;
	__u64 u64;
	__s64 s64;
	bool yes;
	char letter;
	char comm[16];
	char matrix[2][4];
	__u8 raw[5];
	unsigned __int128 wide;
	__int128 signed_wide;
	enum color color;
	enum color colors[2];
	const volatile __u64 *pointer;
	unsigned int low_b3 : 3;
	int delta_b7 : 7;
	int rest_b22 : 22;
	__u64 far_b40 : 40;
	__s64 near_b24 : 24;
	union {
		__u32 word;
		__u8 bytes[4];
		struct {
			__u16 low, high;
		};
	};
	struct {
		__s64 x;
		struct {
			__u32 deep[2][3];
		} nested;
	} named;
	struct inner list[3];
	__u32 none[0];
};

struct guarded {
	struct bpf_spin_lock lock;
	__u32 n;
	__u64 bytes;
};

#define MAP(map_name, map_type, key_type)                                                          \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__uint(max_entries, 64);                                                           \
		__type(key, key_type);                                                             \
		__type(value, struct value);                                                       \
	} map_name SEC(".maps")

MAP(sh_hash, BPF_MAP_TYPE_HASH, struct key);
MAP(sh_lru, BPF_MAP_TYPE_LRU_HASH, struct key);
MAP(sh_cpu_hash, BPF_MAP_TYPE_PERCPU_HASH, struct key);
MAP(sh_cpu_lru, BPF_MAP_TYPE_LRU_PERCPU_HASH, __s64);
MAP(sh_array, BPF_MAP_TYPE_ARRAY, __u32);
MAP(sh_cpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, __u32);

struct prefix {
	__u32 prefixlen;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, struct value);
} sh_trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, enum color);
	__type(value, struct guarded);
} sh_guarded SEC(".maps");

__u64 sh_count = 1;
struct inner sh_inner[2] = {{.a = 7, .b = -1, .c = 'x'}};
static volatile char sh_label[8] = "hello";
enum color sh_color = BLUE;

SEC("socket")
int sh_touch(struct __sk_buff *skb)
{
	return sh_count + sh_inner[0].a + sh_label[0] + sh_color;
}

char LICENSE[] SEC("license") = "GPL";
