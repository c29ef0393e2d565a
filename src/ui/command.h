/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything a key can do. One list feeds the enum, the table that runs them, and the tests. */
#pragma once

#include <stdint.h>

#include "ui/screen.h"

/*      action            name           run by */
#define ACTIONS(X)                                                                                 \
	X(ACT_UP, "up", act_up)                                                                    \
	X(ACT_DOWN, "down", act_down)                                                              \
	X(ACT_LEFT, "left", act_left)                                                              \
	X(ACT_RIGHT, "right", act_right)                                                           \
	X(ACT_PAGE_UP, "page-up", act_page_up)                                                     \
	X(ACT_PAGE_DOWN, "page-down", act_page_down)                                               \
	X(ACT_FIRST, "first", act_first)                                                           \
	X(ACT_LAST, "last", act_last)                                                              \
	X(ACT_OPEN, "open", act_open)                                                              \
	X(ACT_FILTER, "filter", act_filter)                                                        \
	X(ACT_GROUP, "group", act_group)                                                           \
	X(ACT_SEARCH, "search", act_search)                                                        \
	X(ACT_SEARCH_ON, "search-on", act_search_on)                                               \
	X(ACT_SEARCH_BACK, "search-back", act_search_back)                                         \
	X(ACT_SORT_MENU, "sort", act_sort_menu)                                                    \
	X(ACT_SORT_LEFT, "sort-left", act_sort_left)                                               \
	X(ACT_SORT_RIGHT, "sort-right", act_sort_right)                                            \
	X(ACT_REVERSE, "reverse", act_reverse)                                                     \
	X(ACT_COLUMNS, "columns", act_columns)                                                     \
	X(ACT_COLUMN_UP, "column-up", act_column_up)                                               \
	X(ACT_COLUMN_DOWN, "column-down", act_column_down)                                         \
	X(ACT_COLUMN_FORMAT, "column-format", act_column_format)                                   \
	X(ACT_COLUMN_RESET, "columns-usual", act_column_reset)                                     \
	X(ACT_PAUSE, "pause", act_pause)                                                           \
	X(ACT_STEP_BACK, "step-back", act_step_back)                                               \
	X(ACT_STEP_ON, "step-on", act_step_on)                                                     \
	X(ACT_SKIP_BACK, "skip-back", act_skip_back)                                               \
	X(ACT_SKIP_ON, "skip-on", act_skip_on)                                                     \
	X(ACT_PLAY_SLOWER, "play-slower", act_play_slower)                                         \
	X(ACT_PLAY_FASTER, "play-faster", act_play_faster)                                         \
	X(ACT_FOLLOW, "follow", act_follow)                                                        \
	X(ACT_TAG, "tag", act_tag)                                                                 \
	X(ACT_UNTAG, "untag", act_untag)                                                           \
	X(ACT_CPUS, "cpus", act_cpus)                                                              \
	X(ACT_CPU_BARS, "cpu-bars", act_cpu_bars)                                                  \
	X(ACT_CPU_ORDER, "cpu-order", act_cpu_order)                                               \
	X(ACT_FOLD, "fold", act_fold)                                                              \
	X(ACT_FOLD_ALL, "fold-all", act_fold_all)                                                  \
	X(ACT_STACK_IDS, "stack-ids", act_stack_ids)                                               \
	X(ACT_STACK_COUNTS, "stack-counts", act_stack_counts)                                      \
	X(ACT_VALUES, "values", act_values)                                                        \
	X(ACT_BASELINE, "baseline", act_baseline)                                                  \
	X(ACT_HIDE, "hide", act_hide)                                                              \
	X(ACT_TAB_NEXT, "next-map", act_tab_next)                                                  \
	X(ACT_TAB_PREVIOUS, "previous-map", act_tab_previous)                                      \
	X(ACT_TAB_NUMBER, "map-number", act_tab_number)                                            \
	X(ACT_CLOSE_MAP, "close-map", act_close_map)                                               \
	X(ACT_SLOWER, "slower", act_slower)                                                        \
	X(ACT_FASTER, "faster", act_faster)                                                        \
	X(ACT_INTERVAL, "interval", act_interval)                                                  \
	X(ACT_THEME, "theme", act_theme)                                                           \
	X(ACT_THEMES, "themes", act_themes)                                                        \
	X(ACT_LOG, "messages", act_log)                                                            \
	X(ACT_COMMAND, "command", act_command)                                                     \
	X(ACT_RAW, "raw", act_raw)                                                                 \
	X(ACT_WORDS, "words", act_words)                                                           \
	X(ACT_SCALE, "scale", act_scale)                                                           \
	X(ACT_BARS, "bars", act_bars)                                                              \
	X(ACT_ZOOM, "zoom", act_zoom)                                                              \
	X(ACT_SPLIT_BESIDE, "split-beside", act_split_beside)                                      \
	X(ACT_SPLIT_BELOW, "split-below", act_split_below)                                         \
	X(ACT_PANE_KEY, "pane", act_pane_key)                                                      \
	X(ACT_FOCUS_LEFT, "focus-left", act_focus_left)                                            \
	X(ACT_FOCUS_RIGHT, "focus-right", act_focus_right)                                         \
	X(ACT_FOCUS_UP, "focus-up", act_focus_up)                                                  \
	X(ACT_FOCUS_DOWN, "focus-down", act_focus_down)                                            \
	X(ACT_FOCUS_NEXT, "focus-next", act_focus_next)                                            \
	X(ACT_PANE_CLOSE, "close-pane", act_pane_close)                                            \
	X(ACT_PANE_ONLY, "only-pane", act_pane_only)                                               \
	X(ACT_PANE_GROW, "grow-pane", act_pane_grow)                                               \
	X(ACT_PANE_SHRINK, "shrink-pane", act_pane_shrink)                                         \
	X(ACT_PANE_EVEN, "even-panes", act_pane_even)                                              \
	X(ACT_WRITE, "write", act_write)                                                           \
	X(ACT_RECORD, "record", act_record)                                                        \
	X(ACT_SAVE, "save", act_save)                                                              \
	X(ACT_MOUSE, "mouse", act_mouse)                                                           \
	X(ACT_COPY_KEY, "copy-key", act_copy_key)                                                  \
	X(ACT_COPY_ROW, "copy-row", act_copy_row)                                                  \
	X(ACT_METRICS, "metrics", act_metrics)                                                     \
	X(ACT_CHURN, "churn", act_churn)                                                           \
	X(ACT_RING, "ring", act_ring)                                                              \
	X(ACT_PICKER, "picker", act_picker)                                                        \
	X(ACT_HELP, "help", act_help)                                                              \
	X(ACT_BACK, "back", act_back)                                                              \
	X(ACT_ERASE, "erase", act_erase)                                                           \
	X(ACT_QUIT, "quit", act_quit)                                                              \
	X(ACT_QUIT_NOW, "quit-now", act_quit_now)                                                  \
	X(ACT_REDRAW, "redraw", act_redraw)                                                        \
	X(ACT_SUSPEND, "suspend", act_suspend)

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

/* What runs them; `key` is the key that was pressed. */
#define X(id, name, run) struct intent run(struct screen *screen, uint32_t key);
ACTIONS(X)
#undef X
