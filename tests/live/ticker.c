/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ticker RATE: makes a map with three rows whose counter `packets` grows by RATE, 2 * RATE and 3 * RATE a
 * second of measured time, so that its rates are known however slowly this runs. Prints the map's id. A line
 * on stdin stops the counters at STOP_AT * (row + 1); the end of stdin takes the map away. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { N_ROWS = 3, TICK_MS = 20 };
#define STOP_AT 1000000007ull

struct key {
	char name[12];
	uint32_t port;
};

struct value {
	uint64_t packets, most;
	int64_t balance;
	double ratio;
};

/* Quotes, backslashes, line ends, bytes that are no UTF-8. */
static const struct key keys[N_ROWS] = {
	{"plain", 80}, {"q\"\\\n{}=,\xff", 443}, {"\x1b[2J\x7f", 0}};

static int create(void)
{
	struct btf *btf = btf__new_empty();
	int chars = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int u64 = btf__add_int(btf, "unsigned long long", 8, 0);
	int s64 = btf__add_int(btf, "long long", 8, BTF_INT_SIGNED);
	int real = btf__add_float(btf, "double", 8);
	int name = btf__add_array(btf, u32, chars, sizeof(keys[0].name));
	int key = btf__add_struct(btf, "tick_key", sizeof(struct key)), value;
	LIBBPF_OPTS(bpf_map_create_opts, opts);

	btf__add_field(btf, "name", name, 0, 0);
	btf__add_field(btf, "port", u32, 8 * offsetof(struct key, port), 0);
	value = btf__add_struct(btf, "tick_value", sizeof(struct value));
	btf__add_field(btf, "packets", u64, 0, 0);
	btf__add_field(btf, "most", u64, 8 * offsetof(struct value, most), 0);
	btf__add_field(btf, "balance", s64, 8 * offsetof(struct value, balance), 0);
	btf__add_field(btf, "ratio", real, 8 * offsetof(struct value, ratio), 0);
	if (btf__load_into_kernel(btf) < 0)
		return -1;
	opts.btf_fd = (uint32_t)btf__fd(btf);
	opts.btf_key_type_id = (uint32_t)key;
	opts.btf_value_type_id = (uint32_t)value;
	return bpf_map_create(BPF_MAP_TYPE_HASH, "ticker", sizeof(struct key), sizeof(struct value),
			      N_ROWS, &opts);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void write_rows(int fd, uint64_t packets)
{
	for (unsigned i = 0; i < N_ROWS; i++) {
		struct value value = {
			.packets = packets * (i + 1),
			.most = UINT64_MAX,
			.balance = -5 - (int64_t)i,
			.ratio = i == 0	  ? 0.25
				 : i == 1 ? NAN
					  : -INFINITY,
		};

		bpf_map_update_elem(fd, &keys[i], &value, BPF_ANY);
	}
}

int main(int argc, char **argv)
{
	double rate = argc > 1 ? atof(argv[1]) : 1000, began = now();
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	int fd = create(), is_stopped = 0;
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	char line[64];

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0) {
		perror("ticker");
		return 1;
	}
	write_rows(fd, 0);
	printf("%u\n", info.id);
	fflush(stdout);
	for (;;) {
		if (poll(&in, 1, TICK_MS) > 0) {
			if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
				return 0;
			is_stopped = 1;
		}
		write_rows(fd, is_stopped ? STOP_AT : (uint64_t)(rate * (now() - began)));
	}
}
