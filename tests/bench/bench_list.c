/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `list` of a thousand maps, with entries, programs, pins and owners, beside `bpftool map list`, which
 * counts no entries, and names owners only where the kernel tells symbols of data. The best of a few runs of
 * each, taken in turns. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/tidy.h"

enum { N_MAPS = 1000, N_RUNS = 7 };

static const struct peer {
	const char *title, *command[4];
} peers[] = {
	{"bpfmaptop list", {NULL, "list"}}, /* which one, the environment says */
	{"bpftool map list", {"bpftool", "map", "list"}},
};

static bool make_maps(void)
{
	static const enum bpf_map_type types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
						  BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY};

	for (unsigned i = 0; i < N_MAPS; i++)
		if (bpf_map_create(types[i % ARRAY_LEN(types)], "bench_list", 4, 8, 16, NULL) < 0) {
			printf("%u maps are all that can be made: %s\n", i, strerror(errno));
			return false;
		}
	return true;
}

static void exec_quietly(const struct peer *peer)
{
	const char *ours = getenv("BPFMAPTOP");
	char *arguments[ARRAY_LEN(peer->command) + 1] = {0};
	int null = open("/dev/null", O_WRONLY);

	for (size_t i = 0; i < ARRAY_LEN(peer->command); i++)
		arguments[i] = (char *)(uintptr_t)peer->command[i];
	if (!arguments[0])
		arguments[0] = (char *)(uintptr_t)(ours ? ours : "build/bpfmaptop");
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(arguments[0], arguments);
	_exit(127);
}

/* Seconds, or less than 0 when it failed. */
static double run(const struct peer *peer)
{
	uint64_t began_ns = clock_now_ns();
	pid_t pid = fork();
	int status;

	if (pid == 0)
		exec_quietly(peer);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return -1;
	return (double)(clock_now_ns() - began_ns) / 1e9;
}

int main(void)
{
	double best[ARRAY_LEN(peers)] = {0};

	if (!make_maps())
		return 0;
	for (unsigned i = 0; i < N_RUNS; i++)
		for (size_t j = 0; j < ARRAY_LEN(peers); j++) {
			double seconds = run(&peers[j]);

			if (i == 0 || seconds < best[j])
				best[j] = seconds;
		}
	printf("a list of %d maps, the best of %d\n", N_MAPS, N_RUNS);
	for (size_t j = 0; j < ARRAY_LEN(peers); j++)
		if (best[j] < 0)
			printf("  %-18s failed\n", peers[j].title);
		else
			printf("  %-18s %7.3f s  %5.2f times ours\n", peers[j].title, best[j],
			       best[j] / best[0]);
	return 0;
}
