/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* shapes OBJECT DIRECTORY: loads the object, pins its maps in the directory (of a bpffs) and fills them with
 * known bytes: noise, zeros, ones, text, and words that are values of enums. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/num.h"

enum { N_ROWS = 40, MAX_BYTES = 4096 };

static void fill(uint8_t *bytes, size_t n, unsigned row, uint64_t *seed)
{
	static const int32_t words[] = {5, -3, 0, -1};

	for (size_t i = 0; i < n; i++) {
		int32_t word = words[row / 3 % 4];

		switch (row % 3) {
		case 0:
			bytes[i] = (uint8_t)num_random(seed);
			break;
		case 1: /* letters, and an end every so often */
			bytes[i] = num_random(seed) % 5 ? 'a' + num_random(seed) % 26 : 0;
			break;
		default:
			bytes[i] = ((uint8_t *)&word)[i % 4];
			break;
		}
	}
}

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_array(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static void make_key(const struct bpf_map *map, uint8_t *key, unsigned row, uint64_t *seed)
{
	fill(key, bpf_map__key_size(map), row, seed);
	if (is_array(bpf_map__type(map)))
		memcpy(key, &row, sizeof(row));
	if (bpf_map__type(map) == BPF_MAP_TYPE_LPM_TRIE)
		memcpy(key, &(uint32_t){row % 33}, sizeof(uint32_t));
}

static int fill_map(const struct bpf_map *map)
{
	size_t stride = (bpf_map__value_size(map) + 7) / 8 * 8, n_cpus = 1;
	uint8_t *key = calloc(1, MAX_BYTES), *value;
	uint64_t seed = 11;
	int r = 0;

	if (is_per_cpu(bpf_map__type(map)))
		n_cpus = libbpf_num_possible_cpus();
	value = calloc(n_cpus, stride);
	for (unsigned row = 0; !r && row < N_ROWS; row++) {
		make_key(map, key, row, &seed);
		for (size_t cpu = 0; cpu < n_cpus; cpu++)
			fill(value + cpu * stride, bpf_map__value_size(map), row + cpu, &seed);
		r = bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY);
	}
	free(value);
	free(key);
	return r;
}

int main(int argc, char **argv)
{
	struct bpf_object *object = argc == 3 ? bpf_object__open_file(argv[1], NULL) : NULL;
	const struct bpf_map *map;

	if (!object || bpf_object__load(object) || bpf_object__pin_maps(object, argv[2])) {
		perror("shapes");
		return 1;
	}
	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__is_internal(map))
			continue;
		if (fill_map(map)) {
			perror(bpf_map__name(map));
			return 1;
		}
	}
	bpf_object__close(object);
	return 0;
}
