/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One reading of a million entries, beside the floor of a bare batch loop in the same run:
 *   reading alone, and reading + delta + filter + sorted window + frame.
 * Between readings 30 % of the entries are updated and 2 % replaced. Medians of ROUNDS rounds. */
#include <stdbool.h>

#include "app/options.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "bigmap.h"
#include "ui/grid.h"
#include "ui/screen.h"

enum { ENTRIES = 1000000, ROUNDS = 9 };

static void draw(struct screen *screen, struct grid *grid)
{
	struct screen_facts facts = {.host = "bench",
				     .interval_ns = 1000000000,
				     .now_ns = clock_now_ns(),
				     .wall_ns = clock_wall_ns()};

	screen_draw(screen, &facts, grid);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : ENTRIES;
	double bare[ROUNDS], reading[ROUNDS], whole[ROUNDS];
	struct options options = {.interval_ns = 1000000000, .max_rows = 1 << 22};
	struct watch_set set = {.options = &options};
	struct screen *screen = screen_new();
	struct grid grid = {0};
	struct err err = {0};
	uint32_t removed = 0;
	int fd = bigmap_create("bench_flows", n);

	bigmap_write(fd, 0, n, 1);
	if (watch_set_open_id(&set, bigmap_id(fd), &err) < 0 || grid_resize(&grid, 24, 80) < 0 ||
	    screen_add(screen, &set.watches[0]->table, &err) < 0 ||
	    screen_set_all(screen, "filter", "packets > 1000", &err) < 0 ||
	    screen_set_all(screen, "sort", "-packets.rate", &err) < 0) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	for (int i = -3; i < ROUNDS; i++) {
		struct watch *watch = set.watches[0];
		uint64_t began, read, done;
		double floor_ns, read_ns, whole_ns;

		bigmap_write(fd, removed + (uint32_t)(i + 3) * (n / 20), n * 3 / 10,
			     (uint64_t)i + 9);
		bigmap_remove(fd, removed, n / 50);
		bigmap_write(fd, n + removed, n / 50, 7);
		removed += n / 50;
		began = bigmap_now_ns();
		if (bigmap_bare_loop(fd) == 0)
			return 1;
		floor_ns = (double)(bigmap_now_ns() - began);
		began = bigmap_now_ns();
		if (source_read(watch->source, &watch->table.map, &watch->how, watch->table.next,
				&err) < 0) {
			fprintf(stderr, "bench: %s\n", err.text);
			return 1;
		}
		read = bigmap_now_ns();
		if (watch_take(watch) < 0)
			return 1;
		screen_took(screen, &watch->table);
		draw(screen, &grid);
		done = bigmap_now_ns();
		read_ns = (double)(read - began);
		whole_ns = (double)(done - began);
		if (i < 0)
			continue;
		bare[i] = floor_ns;
		reading[i] = read_ns / floor_ns;
		whole[i] = whole_ns / floor_ns;
	}
	printf("bare batch loop                              %7.0f ns an entry\n",
	       bigmap_median(bare, ROUNDS) / n);
	printf("reading                                      %7.2f times the loop\n",
	       bigmap_median(reading, ROUNDS));
	printf("reading, delta, filter, sort window, frame   %7.2f times the loop\n",
	       bigmap_median(whole, ROUNDS));
	screen_free(screen);
	watch_set_release(&set);
	grid_release(&grid);
	close(fd);
	return 0;
}
