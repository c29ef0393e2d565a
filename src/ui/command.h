/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything a key can do. One list feeds the enum, the table that runs them, and the tests. */
#pragma once

#include <stdint.h>

#include "ui/screen.h"

/*      action            name           run by */
#define ACTIONS(X)                                                                                 \
	X(ACT_UP, "up", move_up)                                                                   \
	X(ACT_DOWN, "down", move_down)                                                             \
	X(ACT_LEFT, "left", scroll_left)                                                           \
	X(ACT_RIGHT, "right", scroll_right)                                                        \
	X(ACT_PAGE_UP, "page-up", move_page_up)                                                    \
	X(ACT_PAGE_DOWN, "page-down", move_page_down)                                              \
	X(ACT_FIRST, "first", move_first)                                                          \
	X(ACT_LAST, "last", move_last)                                                             \
	X(ACT_OPEN, "open", open_cursor)                                                           \
	X(ACT_FILTER, "filter", ask_filter)                                                        \
	X(ACT_SORT_MENU, "sort", open_sort)                                                        \
	X(ACT_SORT_LEFT, "sort-left", sort_left)                                                   \
	X(ACT_SORT_RIGHT, "sort-right", sort_right)                                                \
	X(ACT_REVERSE, "reverse", sort_reverse)                                                    \
	X(ACT_PAUSE, "pause", pause_screen)                                                        \
	X(ACT_FOLLOW, "follow", follow_row)                                                        \
	X(ACT_TAG, "tag", tag_cursor)                                                              \
	X(ACT_UNTAG, "untag", untag_all)                                                           \
	X(ACT_CPUS, "cpus", next_cpu_mode)                                                         \
	X(ACT_VALUES, "values", next_value_mode)                                                   \
	X(ACT_BASELINE, "baseline", set_baseline)                                                  \
	X(ACT_HIDE, "hide", next_hide_mode)                                                        \
	X(ACT_TAB_NEXT, "next-map", tab_next)                                                      \
	X(ACT_TAB_PREVIOUS, "previous-map", tab_previous)                                          \
	X(ACT_TAB_NUMBER, "map-number", tab_number)                                                \
	X(ACT_CLOSE_MAP, "close-map", close_map)                                                   \
	X(ACT_SLOWER, "slower", slower)                                                            \
	X(ACT_FASTER, "faster", faster)                                                            \
	X(ACT_INTERVAL, "interval", ask_interval)                                                  \
	X(ACT_THEME, "theme", next_theme)                                                          \
	X(ACT_RAW, "raw", show_raw)                                                                \
	X(ACT_SCALE, "scale", change_scale)                                                        \
	X(ACT_ZOOM, "zoom", zoom_detail)                                                           \
	X(ACT_WRITE, "write", ask_write)                                                           \
	X(ACT_COPY_KEY, "copy-key", copy_key)                                                      \
	X(ACT_COPY_ROW, "copy-row", copy_row)                                                      \
	X(ACT_METRICS, "metrics", open_metrics)                                                    \
	X(ACT_PICKER, "picker", open_picker)                                                       \
	X(ACT_HELP, "help", open_help)                                                             \
	X(ACT_BACK, "back", go_back)                                                               \
	X(ACT_ERASE, "erase", erase_or_back)                                                       \
	X(ACT_QUIT, "quit", back_or_quit)                                                          \
	X(ACT_QUIT_NOW, "quit-now", quit_now)                                                      \
	X(ACT_REDRAW, "redraw", redraw)                                                            \
	X(ACT_SUSPEND, "suspend", suspend)

enum action {
	ACT_NONE,
#define X(id, name, run) id,
	ACTIONS(X)
#undef X
		N_ACTIONS,
};

struct act_row {
	const char *name;
	struct intent (*run)(struct screen *screen, uint32_t key);
};
extern const struct act_row act_rows[N_ACTIONS];
