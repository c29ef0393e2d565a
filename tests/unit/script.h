/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Scripts of golden screens: lines that open maps, take readings and press keys on a stage.
 *
 *   # what it shows
 *   map flows               simulated maps to open, in the order of the tabs
 *   bytes ports             the same, without a layout
 *   size 80x24              columns x rows
 *   ascii                   glyphs from ASCII only; without it UTF-8
 *   replay                  as if it were a recording
 *   ticks 3                 readings taken, a second apart
 *   keys s Down Enter       names of keys, or "text" typed as it stands
 *   mouse press 10 4        press, up or down (the wheel), row and column from 1
 *   creep 2                 each look at the clock takes so many ms: work is seen half done
 *   later 200               ms that go by
 *   filter / sort / columns TEXT      as the options give them
 *   lost TEXT                no reading could begin, for that reason
 *   ages                     in the picker some maps have one
 *   refused TEXT             the picker, where the kernel lists no maps for that reason
 *   ----                    what is expected follows
 *
 * ticks and keys may come again and again, in any order. SCREENS_REWRITE=1 writes what is expected anew
 * instead of comparing it. */
#pragma once

#include "tests/unit/stage.h"
#include "tests/unit/starved.h"

#include <dirent.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/utf8.h"
#include "ui/keys.h"
#include "ui/mouse.h"
#include "ui/term.h"

enum { MAX_FILE_BYTES = 1 << 20 };

static inline void type_text(struct stage *stage, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t point;

		at += utf8_next(text + at, len - at, &point);
		press(stage, point);
	}
}

static inline void press_keys(struct stage *stage, char *names)
{
	while (*(names += strspn(names, " "))) {
		char *end;
		uint32_t key;

		if (*names == '"' && (end = strchr(names + 1, '"'))) {
			type_text(stage, names + 1, (size_t)(end - names - 1));
			names = end + 1;
			continue;
		}
		end = names + strcspn(names, " ");
		if (*end)
			*end++ = '\0';
		key = key_named(names, strlen(names));
		if (!key)
			stop(stage, "no such key", names);
		press(stage, key);
		names = end;
	}
}

/* "press ROW COL", "up ROW COL", "down ROW COL" from the top left corner, which is 1 1. */
static inline void click(struct stage *stage, const char *text)
{
	struct mouse mouse = {.kind = text[0] == 'p'   ? MOUSE_PRESS
				      : text[0] == 'u' ? MOUSE_WHEEL_UP
						       : MOUSE_WHEEL_DOWN};

	if (sscanf(text, "%*s %d %d", &mouse.row, &mouse.col) != 2)
		stop(stage, "mouse is press, up or down, ROW COL", text);
	mouse.row--;
	mouse.col--;
	obey(stage, screen_mouse(stage->screen, &mouse));
	draw(stage);
}

static inline void set_size(struct stage *stage, const char *text)
{
	int n_cols = 0, n_rows = 0;

	if (sscanf(text, "%dx%d", &n_cols, &n_rows) != 2)
		stop(stage, "size is COLSxROWS", text);
	assert_int_equal(grid_resize(&stage->grid, n_rows, n_cols), 0);
}

static inline void option(struct stage *stage, const char *name, const char *text)
{
	struct err err = {0};

	if (screen_set_all(stage->screen, name, text, &err) < 0)
		stop(stage, text, err.text);
}

static inline void run_line(struct stage *stage, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (*rest)
		*rest++ = '\0';
	if (strcmp(line, "map") == 0)
		open_map(stage, rest);
	else if (strcmp(line, "bytes") == 0)
		open_sim(stage, rest, false);
	else if (strcmp(line, "size") == 0)
		set_size(stage, rest);
	else if (strcmp(line, "ascii") == 0)
		stage->grid.is_ascii = true;
	else if (strcmp(line, "ticks") == 0)
		take_ticks(stage, atoi(rest));
	else if (strcmp(line, "keys") == 0)
		press_keys(stage, rest);
	else if (strcmp(line, "mouse") == 0)
		click(stage, rest);
	else if (strcmp(line, "creep") == 0)
		clock_creep(strtoul(rest, NULL, 10) * 1000000);
	else if (strcmp(line, "later") == 0)
		set_clock(stage, stage->now_ns + strtoul(rest, NULL, 10) * 1000000);
	else if (strcmp(line, "filter") == 0 || strcmp(line, "sort") == 0 ||
		 strcmp(line, "columns") == 0)
		option(stage, line, rest);
	else if (strcmp(line, "refused") == 0)
		refuse(stage, rest);
	else if (strcmp(line, "lost") == 0)
		stage->tables[stage->n_tables - 1].why_lost =
			snprintf(stage->why_lost, sizeof(stage->why_lost), "%s", rest) > 0
				? stage->why_lost
				: NULL;
	else if (strcmp(line, "ages") == 0)
		stage->has_ages = true;
	else if (strcmp(line, "replay") == 0)
		stage->is_replay = true;
	else if (strcmp(line, "press") == 0)
		snprintf(stage->pressed, sizeof(stage->pressed), "%s", rest);
	else if (strcmp(line, "from") == 0)
		stage->from_cols = atoi(rest);
	else if (strcmp(line, "then") == 0)
		snprintf(stage->then, sizeof(stage->then), "%s", rest);
	else if (strcmp(line, "roles") == 0)
		stage->with_roles = true;
	else
		stop(stage, "no such word", line);
}

/* Runs the script of text; returns where its expected part begins. */
static inline const char *run_script(struct stage *stage, const char *text)
{
	while (*text && strncmp(text, "----", 4) != 0) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		assert_non_null(line);
		stage->line++;
		if (len && line[0] != '#')
			run_line(stage, line);
		free(line);
		text += len + (text[len] == '\n');
	}
	draw(stage);
	return text;
}

static inline int is_script(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

/* Where two texts part: the line, its number from 1, and what it is in each. */
static inline void fail_at_line(const char *file, const char *expected, const char *is)
{
	int line = 1;

	while (*expected && strcspn(expected, "\n") == strcspn(is, "\n") &&
	       strncmp(expected, is, strcspn(is, "\n")) == 0 && strchr(is, '\n')) {
		expected += strcspn(expected, "\n") + 1;
		is += strcspn(is, "\n") + 1;
		line++;
	}
	print_message("expected\n%.*s\nbut is\n%.*s\n", (int)strcspn(expected, "\n"), expected,
		      (int)strcspn(is, "\n"), is);
	fail_msg("%s: line %d of what is expected differs", file, line);
}

/* Compares what stands behind the script with what is, or writes it anew where that is asked for. */
static inline void compare(const char *file, const struct buf *text, const char *expected,
			   const struct buf *is)
{
	SCOPED(buf) whole = {0};

	if (!getenv("SCREENS_REWRITE")) {
		if (strcmp(expected, buf_text(is)) != 0)
			fail_at_line(file, expected, buf_text(is));
		return;
	}
	buf_add(&whole, text->at, (size_t)(expected - text->at));
	buf_add(&whole, is->at, is->len);
	assert_int_equal(file_replace(file, whole.at, whole.len, NULL), 0);
}

/* Runs test on every script of the folder, its path as the state, and then the n_last tests at `last`. */
static inline int run_folder(const char *folder, void (*test)(void **),
			     const struct CMUnitTest *last, size_t n_last)
{
	struct dirent **files;
	int n = scandir(folder, &files, is_script, alphasort), failed;
	struct CMUnitTest *tests;
	struct arena mem = {0};
	char *config;

	if (n < 1)
		return 1;
	if (is_starved())
		keep_readings();
	config = realpath("tests/screens/config", NULL);
	setenv("XDG_CONFIG_HOME", config ? config : "", 1); /* themes of one's own */
	free(config);
	tests = arena_array(&mem, (size_t)n + n_last, sizeof(*tests));
	for (int i = 0; i < n; i++) {
		char *path = arena_printf(&mem, "%s%s", folder, files[i]->d_name);

		tests[i] = (struct CMUnitTest){
			.name = path + strlen(folder), .test_func = test, .initial_state = path};
		free(files[i]);
	}
	free(files);
	for (size_t i = 0; i < n_last; i++)
		tests[(size_t)n + i] = last[i];
	failed = _cmocka_run_group_tests(folder, tests, (size_t)n + n_last, NULL, NULL);
	arena_release(&mem);
	return failed;
}
