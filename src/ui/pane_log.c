/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was said and what happened behind the screen, the newest first. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tidy.h"
#include "ui/listing.h"

enum { TEXT_COL = sizeof(" 14:02:11") };

void pane_log(const struct scene *scene, struct area area)
{
	static const enum role levels[] = {
		[LOG_DEBUG] = ROLE_DIM, [LOG_INFO] = ROLE_TEXT, [LOG_WARN] = ROLE_WARN};
	const struct log_line *line;
	SCOPED(listing) lines = {0};

	for (size_t i = 0; (line = log_line(i)); i++) {
		SCOPED(buf) time = {0};

		clock_hms(&time, line->wall_ns);
		listing_put(&lines, 1, ROLE_DIM, buf_text(&time));
		listing_put_words(&lines, TEXT_COL, area.n_cols - TEXT_COL - 1, levels[line->level],
				  line->text);
		listing_next(&lines);
	}
	if (!lines.n_lines)
		listing_put(&lines, 1, ROLE_DIM, "nothing was said yet");
	listing_draw(scene, area, "messages", &lines);
}
