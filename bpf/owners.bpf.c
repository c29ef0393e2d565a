/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which processes hold which maps: a record for every open file that is a map's descriptor, known by the
 * name that the kernel gives such files in a file system that nobody else can make files in. Threads
 * that share their files are walked by the kernel once, for the process.
 * source: bpf_map_new_fd(), kernel/bpf/syscall.c */
#include <stdbool.h>

#include "seq.h"

enum { COMM_BYTES = 16, ANON_INODE_MAGIC = 0x09041934 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned long s_magic;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
	struct super_block *d_sb;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	void *private_data;
};

struct upid {
	int nr;
};

struct pid {
	unsigned int level;
	struct upid numbers[1]; /* one a namespace of pids, the outermost first */
};

struct task_struct {
	struct task_struct *group_leader;
	struct pid *thread_pid;
	char comm[COMM_BYTES];
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

static bool is_of_map(struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	char name[sizeof("bpf-map")] = {};

	if (BPF_CORE_READ(dentry, d_sb, s_magic) != ANON_INODE_MAGIC)
		return false;
	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return __builtin_memcmp(name, "bpf-map", sizeof(name)) == 0;
}

/* The number of a process as whoever reads this iterator would see it. */
static __u32 number_of(struct task_struct *leader)
{
	struct task_struct *reader = (struct task_struct *)bpf_get_current_task();
	unsigned int level = BPF_CORE_READ(reader, thread_pid, level);
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	struct upid *upid = (void *)pid + bpf_core_field_offset(pid->numbers) +
			    level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(upid, nr);
}

SEC("iter/task_file")
int owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task, *leader;
	struct file *file = ctx->file;
	struct {
		__u32 pid, map_id;
		char comm[COMM_BYTES];
	} record = {};
	struct bpf_map *map;

	if (!file || !task || !is_of_map(file))
		return 0;
	map = BPF_CORE_READ(file, private_data);
	leader = BPF_CORE_READ(task, group_leader);
	record.map_id = BPF_CORE_READ(map, id);
	record.pid = number_of(leader);
	BPF_CORE_READ_STR_INTO(&record.comm, leader, comm);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
