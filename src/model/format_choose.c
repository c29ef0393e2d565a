/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which format a field gets when nobody says: the first rule whose type and name fit, and of its formats
 * the first that fits the field's shape; so one rule gives a 4-byte `saddr` ip4 and a 16-byte one ip6.
 * Then the plain one for its kind. Rules by type come before rules by name. */
#include <string.h>

#include "base/tidy.h"
#include "model/format_rows.h"
#include "model/words.h"

/* Names as words_fit reads them: no digits, case or underscores to think of. */
#define ADDRESS_NAMES                                                                              \
	"*_addr *_saddr *_daddr *_laddr *_raddr *_addr_v ip *_ip *_ipv *_sip *_dip *_src *_dst "   \
	"*_source *_dest *_nexthop *_gateway *_gw *_ip_src *_ip_dst"
#define PORT_NAMES "*_port *_sport *_dport *_lport *_rport"

struct rule {
	const char *types;   /* any of these words in the declared type; NULL: any type */
	const char *names;   /* patterns; NULL: any name */
	const char *formats; /* the first that fits */
};

static const struct rule rules[] = {
	{"__be16 be16", PORT_NAMES " *_source *_dest *_src *_dst", "port"},
	{"__be16 be16", "h_proto *_ethertype *_eth_proto *_eth_type *_l2_proto", "ethertype"},
	{"__be16 be16", NULL, "be16"},
	{"__be32 be32", ADDRESS_NAMES, "ip4 ip6"},
	{"__be32 be32", NULL, "be32"},
	{"__be64 be64", NULL, "be64"},
	{"__sum16 __wsum", NULL, "hex"},
	{"in_addr in_addr_t v4addr", NULL, "ip4"},
	{"in6_addr v6addr", NULL, "ip6"},
	{"pid_t __kernel_pid_t", NULL, "pid"},
	{"ktime_t", NULL, "ktime"},
	{"time_t time64_t", NULL, "epoch"},
	{"uintptr_t", NULL, "hex"},

	{NULL, "*_mac *_smac *_dmac *_lladdr *_hwaddr h_source h_dest *_eth_src *_eth_dst", "mac"},
	{NULL, ADDRESS_NAMES, "ip4 ip6 mac"},
	{NULL, PORT_NAMES, "port"},
	{NULL, "h_proto *_ethertype *_eth_proto *_eth_type", "ethertype"},
	{NULL, "*_syscall *_syscall_id *_syscall_nr *_sysno *_scno", "syscall"},
	{NULL, "*_proto *_protocol *_nexthdr *_ipproto", "proto"},
	{NULL, "*_ifindex *_if_index *_iif *_oif", "ifname"},
	{NULL,
	 "*_ts *_ts_ns *_timestamp *_timestamp_ns *_tstamp *_ktime *_ktime_ns *_seen *_seen_ns",
	 "ktime"},
	{NULL,
	 "last_* *_last_ns *_start_ns start_ns start_*_ns *_started *_begin_ns *_expires "
	 "*_expires_ns *_deadline *_deadline_ns *_created *_created_ns",
	 "ktime"},
	{NULL, "*_unix *_unix_* *_walltime *_wall_ns *_epoch_ns", "epoch"},
	{NULL, "*_ns *_nsec *_nsecs *_nanos", "duration"},
	{NULL, "bytes *_bytes *_bytes_* bytes_* *_octets", "size"},
	{NULL, "*_percent *_pct", "percent"},
	{NULL, "*_pid *_tgid *_ppid *_tid", "pid"},
	{NULL, "*_cgroup_id *_cgid *_cgroup", "cgroup"},
	{NULL, "*_ksym *_func *_caller ip *_ip", "ksym"},
	{NULL, "*_errno", "errno"},
	{NULL, "*_flags *_mask *_features", "flags"},
	{NULL, "*_comm *_ifname *_name", "text"},
	{NULL,
	 "*_saddr *_daddr *_cookie *_hash *_mark *_csum *_checksum *_magic *_addr *_address *_ptr "
	 "*_tunnel_key",
	 "hex"},
	{NULL,
	 "*_id *_idx *_index *_cpu *_queue *_vlan *_vid *_tag *_uid *_gid *_netns *_inode "
	 "*_ino *_dev *_family *_type *_kind *_state *_status *_version *_mode *_level *_prio "
	 "*_priority *_ttl *_mtu *_zone *_slot *_bucket *_seq *_generation *_nr *_fd",
	 "id"},
};

static const struct format *const plain[] = {
	[FIELD_UINT] = &format_dec,	   [FIELD_INT] = &format_dec,
	[FIELD_BOOL] = &format_bool,	   [FIELD_CHAR] = &format_char,
	[FIELD_ENUM] = &format_enum,	   [FIELD_REAL] = &format_dec,
	[FIELD_POINTER] = &format_hex,	   [FIELD_TEXT] = &format_text,
	[FIELD_BYTES] = &format_bytes,	   [FIELD_STRUCT] = &format_fields,
	[FIELD_UNION] = &format_fields,	   [FIELD_ARRAY] = &format_fields,
	[FIELD_SPECIAL] = &format_special,
};
_Static_assert(ARRAY_LEN(plain) == N_FIELD_KINDS, "a plain format for every kind of field");

/* The next word of a list separated by blanks; its length, 0 at the end. */
static size_t next_word(const char **list)
{
	*list += strspn(*list, " ");
	return strcspn(*list, " ");
}

static bool type_fits(const char *type, const char *words)
{
	size_t len;

	for (; (len = next_word(&words)); words += len)
		if (words_has(type, words, len))
			return true;
	return false;
}

static const struct format *first_fitting(const char *names, const struct field *field)
{
	size_t len;

	for (; (len = next_word(&names)); names += len) {
		const struct format *format = format_named(names, len);

		if (format && format->fits(field))
			return format;
	}
	return NULL;
}

/* Whether a field may be called an address and the like for its name alone: a struct needs its type, and
 * an array of `char` is text, even when the text is an address. */
static bool heeds_names(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_BYTES:
	case FIELD_ARRAY:
	case FIELD_POINTER:
		return true;
	case FIELD_ENUM:
		return field->n_names == 0 || words_fit(field->name, "*_flags *_mask");
	case FIELD_TEXT:
		return words_has(field->type, "unsigned", 8) || words_has(field->type, "__u8", 4) ||
		       words_has(field->type, "u8", 2) || words_has(field->type, "uint8_t", 7);
	default:
		return false;
	}
}

/* A longest-prefix trie's key: its first member says how many bits of the rest count. */
static bool is_prefix(const struct field *field)
{
	static const char names[] = "prefixlen prefix_len plen prefix";

	if (field->kind != FIELD_STRUCT || field->in_value || field->n_below < 2)
		return false;
	return field[1].size == sizeof(uint32_t) && field[1].offset == field->offset &&
	       words_fit(field[1].name, names) && format_cidr.fits(field);
}

static const struct format *by_tag(const char *tag, const struct field *field)
{
	static const char ours[] = "bpfmaptop:";
	const struct format *format;

	if (!tag)
		return NULL;
	if (strncmp(tag, ours, strlen(ours)) == 0)
		tag += strlen(ours);
	format = format_named(tag, strlen(tag));
	return format && format->fits(field) ? format : NULL;
}

static const struct format *by_rule(const struct field *field, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule *rule = &rules[i];

		if (rule->types && !type_fits(field->type, rule->types))
			continue;
		if (!rule->types && !heeds_names(field))
			continue;
		if (rule->names && !words_fit(name, rule->names))
			continue;
		const struct format *format = first_fitting(rule->formats, field);

		if (format)
			return format;
	}
	return NULL;
}

const struct format *format_choose(const struct field *field, const char *path, const char *tag)
{
	const char *dot = strrchr(path, '.');
	const struct format *format = by_tag(tag, field);
	bool is_number = field->kind == FIELD_UINT || field->kind == FIELD_INT;

	if (!format)
		format = is_prefix(field) ? &format_cidr : by_rule(field, dot ? dot + 1 : path);
	if (format)
		return format;
	/* Numbers of a key tell entries apart: they are not to be rounded. */
	return is_number && !field->in_value ? &format_id : plain[field->kind];
}
