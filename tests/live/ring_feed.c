/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ring_feed: a ring buffer that is used: records come in waves, a reader takes them all every REST ticks, so that
 * it fills and empties. Prints the map's id; the end of stdin takes it away. */
#include <bpf/libbpf.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "ring_producer.h"

enum { RING_BYTES = 1 << 14, TICK_MS = 20, REST = 37, WAVE = 50, LEAST = 4 };

struct event {
	uint32_t pid;
	uint16_t port, bytes;
};

static int forget(void *ctx, void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

/* From LEAST records up and down again within WAVE ticks. */
static void feed(int prog, unsigned tick)
{
	unsigned phase = tick % WAVE, n = LEAST + (phase < WAVE / 2 ? phase : WAVE - phase) / 2;

	for (unsigned i = 0; i < n; i++) {
		struct event event = {.pid = 800 + (tick * 7 + i * 13) % 40,
				      .port = i % 3 ? 443 : 53,
				      .bytes = (uint16_t)(60 + (tick * 31 + i * 97) % 1400)};
		uint64_t number;

		memcpy(&number, &event, sizeof(number));
		produce(prog, number);
	}
}

int main(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "events", 0, 0, RING_BYTES, NULL);
	int prog = fd < 0 ? -1 : make_producer(fd);
	struct ring_buffer *reader = prog < 0 ? NULL : ring_buffer__new(fd, forget, NULL, NULL);
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (!reader || bpf_obj_get_info_by_fd(fd, &info, &size) < 0) {
		perror("ring_feed");
		return 1;
	}
	printf("%u\n", info.id);
	fflush(stdout);
	for (unsigned tick = 0; poll(&in, 1, TICK_MS) == 0; tick++) {
		feed(prog, tick);
		if (tick % REST == 0)
			ring_buffer__consume(reader);
	}
	ring_buffer__free(reader);
	return 0;
}
