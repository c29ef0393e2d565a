/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was said and what happened behind the screen, the newest first. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tidy.h"
#include "ui/state.h"

static size_t n_lines(void)
{
	size_t n = 0;

	while (log_line(n))
		n++;
	return n;
}

void pane_log(const struct scene *scene, struct area area)
{
	static const enum role levels[] = {
		[LOG_DEBUG] = ROLE_DIM, [LOG_INFO] = ROLE_TEXT, [LOG_WARN] = ROLE_WARN};
	struct list_place *list = scene->list;
	size_t n = n_lines(), height;

	area = pane_titled(scene, area, "messages");
	height = (size_t)MAX_OF(area.n_rows, 1);
	list_fit(list, n > height ? n - height + 1 : 1, 1);
	if (!n)
		grid_put(scene->grid, area, 1, 1, ROLE_DIM, "nothing was said yet");
	for (size_t i = 0; i < height && list->cursor + i < n; i++) {
		const struct log_line *line = log_line(list->cursor + i);
		SCOPED(buf) time = {0};
		int col;

		clock_hms(&time, line->wall_ns);
		col = grid_put(scene->grid, area, (int)i, 1, ROLE_DIM, buf_text(&time));
		grid_put(scene->grid, area, (int)i, col + 1, levels[line->level], line->text);
	}
}
