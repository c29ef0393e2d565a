/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row a binding. Rows stand in the order in which help and footer show them. */
#include "ui/keys.h"

#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/term.h"

#define CTRL_KEY(letter) (TERM_CTRL + (letter))

enum {
	LISTS = SCOPE_PICKER | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	ALL = SCOPE_ANY & ~SCOPE_DETAIL /* which leaves them to the rows */
};

static struct key_row rows[] = {
	{{'?', TERM_F1},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_HELP,
	 "? F1",
	 "? help",
	 "this help, with the legend",
	 1},
	{{TERM_F1}, 0, SCOPE_PICKER, ACT_HELP, "F1", "F1 help", "help while picking maps", 9},
	{{TERM_UP, 'k'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_UP,
	 "Up k",
	 NULL,
	 "one row up",
	 0},
	{{TERM_DOWN, 'j'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_DOWN,
	 "Down j",
	 NULL,
	 "one row down; moving holds the order for 3 readings",
	 0},
	{{TERM_UP}, 0, SCOPE_PICKER, ACT_UP, "Up", NULL, "one map up", 0},
	{{TERM_DOWN}, 0, SCOPE_PICKER, ACT_DOWN, "Down", NULL, "one map down", 0},
	{{TERM_PAGE_UP, CTRL_KEY('u'), CTRL_KEY('b')},
	 0,
	 ALL,
	 ACT_PAGE_UP,
	 "PgUp ^U ^B",
	 NULL,
	 "one page up",
	 0},
	{{TERM_PAGE_DOWN, CTRL_KEY('d')},
	 0,
	 ALL,
	 ACT_PAGE_DOWN,
	 "PgDn ^D",
	 NULL,
	 "one page down",
	 0},
	{{TERM_HOME, 'g'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_FIRST,
	 "Home g",
	 NULL,
	 "first row",
	 0},
	{{TERM_END, 'G'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_LAST,
	 "End G",
	 NULL,
	 "last row",
	 0},
	{{TERM_HOME}, 0, SCOPE_PICKER, ACT_FIRST, "Home", NULL, "first map", 0},
	{{TERM_END}, 0, SCOPE_PICKER, ACT_LAST, "End", NULL, "last map", 0},
	{{TERM_LEFT}, 0, SCOPE_ROWS, ACT_LEFT, "Left", NULL, "scroll the columns back", 0},
	{{TERM_RIGHT},
	 0,
	 SCOPE_ROWS,
	 ACT_RIGHT,
	 "Right",
	 NULL,
	 "scroll the columns; those of the key stay",
	 0},
	{{TERM_LEFT}, 0, SCOPE_PICKER, ACT_LEFT, "Left", NULL, "sort by another column", 0},
	{{TERM_RIGHT},
	 0,
	 SCOPE_PICKER,
	 ACT_RIGHT,
	 "Right",
	 "Left/Right sort",
	 "sort by another column",
	 4},
	{{'/', '\\', TERM_F1 + 3},
	 0,
	 SCOPE_ROWS,
	 ACT_FILTER,
	 "/ \\ F4",
	 "/ filter",
	 "filter, checked as it is typed; the last valid one stays in force",
	 2},
	{{CTRL_KEY('f'), TERM_F1 + 2},
	 0,
	 SCOPE_ROWS,
	 ACT_SEARCH,
	 "^F F3",
	 NULL,
	 "search: what matches is lit, nothing is hidden",
	 0},
	{{'n'}, 0, SCOPE_ROWS, ACT_SEARCH_ON, "n", NULL, "next match", 0},
	{{'N'}, 0, SCOPE_ROWS, ACT_SEARCH_BACK, "N", NULL, "match before", 0},
	{{'b'},
	 0,
	 SCOPE_ROWS,
	 ACT_GROUP,
	 "b",
	 "b group",
	 "group by fields: proto,saddr/24; Enter opens a group, Esc leaves",
	 14},
	{{'s', TERM_F1 + 5},
	 0,
	 SCOPE_ROWS,
	 ACT_SORT_MENU,
	 "s F6",
	 "s sort",
	 "choose what to sort by",
	 3},
	{{'<'}, 0, SCOPE_ROWS, ACT_SORT_LEFT, "<", NULL, "sort by the column to the left", 0},
	{{'>'}, 0, SCOPE_ROWS, ACT_SORT_RIGHT, ">", "<> col", "sort by the column to the right", 9},
	{{'r', 'I'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU,
	 ACT_REVERSE,
	 "r I",
	 "r rev",
	 "reverse the order",
	 8},
	{{'c'},
	 0,
	 SCOPE_ROWS,
	 ACT_COLUMNS,
	 "c",
	 "c cols",
	 "choose columns: show, hide, order, format, width",
	 13},
	{{'K'}, 0, SCOPE_COLUMNS, ACT_COLUMN_UP, "K", "K up", "move the column up", 5},
	{{'J'}, 0, SCOPE_COLUMNS, ACT_COLUMN_DOWN, "J", "J down", "move the column down", 5},
	{{'f'}, 0, SCOPE_COLUMNS, ACT_COLUMN_FORMAT, "f", "f format", "next format that fits", 4},
	{{'u'}, 0, SCOPE_COLUMNS, ACT_COLUMN_RESET, "u", "u usual", "the usual columns again", 7},
	{{TERM_LEFT}, 0, SCOPE_COLUMNS, ACT_LEFT, "Left", NULL, "narrower", 0},
	{{TERM_RIGHT}, 0, SCOPE_COLUMNS, ACT_RIGHT, "Right", "Left/Right width", "wider", 6},
	{{'p', 'Z'},
	 0,
	 SCOPE_ROWS,
	 ACT_PAUSE,
	 "p Z",
	 "p pause",
	 "freeze what is shown, reading goes on; hold a recording",
	 4},
	{{'['},
	 0,
	 SCOPE_ROWS,
	 ACT_STEP_BACK,
	 "[",
	 NULL,
	 "the reading before: one that was kept, or the recording's",
	 0},
	{{']'}, 0, SCOPE_ROWS, ACT_STEP_ON, "]", NULL, "the next reading", 0},
	{{'('}, 0, SCOPE_ROWS, ACT_SKIP_BACK, "(", NULL, "a tenth of what there is back", 0},
	{{')'}, 0, SCOPE_ROWS, ACT_SKIP_ON, ")", NULL, "a tenth of what there is on", 0},
	{{'{'}, 0, SCOPE_ROWS, ACT_PLAY_SLOWER, "{", NULL, "recording: play slower", 0},
	{{'}'}, 0, SCOPE_ROWS, ACT_PLAY_FASTER, "}", NULL, "recording: play faster", 0},
	{{TERM_ENTER},
	 0,
	 SCOPE_ROWS,
	 ACT_OPEN,
	 "Enter",
	 "Enter detail",
	 "the row in full, on and off",
	 6},
	{{TERM_ENTER, ' '},
	 0,
	 SCOPE_DETAIL,
	 ACT_FOLD,
	 "Enter Space",
	 "Enter fold",
	 "in the detail alone (e): fold and unfold an array or a struct",
	 1},
	{{TERM_LEFT},
	 0,
	 SCOPE_DETAIL,
	 ACT_LEFT,
	 "Left",
	 NULL,
	 "there: fold it, or to what is around it",
	 0},
	{{TERM_RIGHT}, 0, SCOPE_DETAIL, ACT_RIGHT, "Right", NULL, "there: unfold it", 0},
	{{'*'},
	 0,
	 SCOPE_DETAIL,
	 ACT_FOLD_ALL,
	 "*",
	 "* all",
	 "there: unfold everything, fold everything, as usual",
	 2},
	{{TERM_ENTER}, 0, SCOPE_MENU, ACT_OPEN, "Enter", "Enter sort", "sort by it", 1},
	{{TERM_ENTER}, 0, SCOPE_THEMES, ACT_OPEN, "Enter", "Enter keep", "keep the theme", 1},
	{{TERM_ENTER}, 0, SCOPE_COLUMNS, ACT_OPEN, "Enter", "Enter take", "show those chosen", 1},
	{{TERM_ENTER},
	 0,
	 SCOPE_PICKER,
	 ACT_OPEN,
	 "Enter",
	 "Enter open",
	 "open the map, or those tagged",
	 1},
	{{'F'}, 0, SCOPE_ROWS, ACT_FOLLOW, "F", NULL, "follow the row under the cursor", 0},
	{{' '}, 0, SCOPE_ROWS, ACT_TAG, "Space", NULL, "tag the row", 0},
	{{' '}, 0, SCOPE_MENU, ACT_TAG, "Space", "Space add", "add it as the next sort key", 2},
	{{' '}, 0, SCOPE_COLUMNS, ACT_TAG, "Space", "Space show", "show it or not", 2},
	{{' '}, 0, SCOPE_PICKER, ACT_TAG, "Space", "Space tag", "tag the map, to open several", 2},
	{{'U'}, 0, SCOPE_ROWS, ACT_UNTAG, "U", NULL, "untag all rows", 0},
	{{'x'},
	 0,
	 SCOPE_ROWS,
	 ACT_CPUS,
	 "x",
	 "x cpus",
	 "per-CPU maps: sum, max and its CPU, skew, a column a CPU, heat",
	 7},
	{{'v'},
	 0,
	 SCOPE_ROWS,
	 ACT_VALUES,
	 "v",
	 "v value",
	 "counters: total and rate, rate, delta, total, since baseline",
	 12},
	{{'0'},
	 0,
	 SCOPE_ROWS,
	 ACT_BASELINE,
	 "0",
	 NULL,
	 "count from now on, for 'since baseline'",
	 0},
	{{'z'}, 0, SCOPE_ROWS, ACT_HIDE, "z", NULL, "hide zero rows, idle rows, none", 0},
	{{TERM_TAB}, 0, SCOPE_ROWS, ACT_TAB_NEXT, "Tab", "Tab map", "next map", 10},
	{{TERM_BACK_TAB}, 0, SCOPE_ROWS, ACT_TAB_PREVIOUS, "S-Tab", NULL, "previous map", 0},
	{{'1'}, '9', SCOPE_ROWS, ACT_TAB_NUMBER, "1-9", NULL, "that map", 0},
	{{'o'}, 0, SCOPE_ROWS, ACT_PICKER, "o", "o open", "open another map: the picker", 11},
	{{'X'}, 0, SCOPE_ROWS, ACT_CLOSE_MAP, "X", NULL, "stop watching this map", 0},
	{{'+', '='}, 0, SCOPE_ROWS, ACT_SLOWER, "+", NULL, "read less often", 0},
	{{'-'}, 0, SCOPE_ROWS, ACT_FASTER, "-", NULL, "read more often", 0},
	{{'d'}, 0, SCOPE_ROWS, ACT_INTERVAL, "d", NULL, "type the interval", 0},
	{{'h'}, 0, SCOPE_ROWS, ACT_RAW, "h", NULL, "raw bytes of key and value on and off", 0},
	{{'L'}, 0, SCOPE_ROWS, ACT_SCALE, "L", NULL, "linear or logarithmic graphs", 0},
	{{'S'},
	 0,
	 SCOPE_ROWS,
	 ACT_CPU_ORDER,
	 "S",
	 NULL,
	 "the detail's CPUs by number or the busiest first",
	 0},
	{{'H'}, 0, SCOPE_ROWS, ACT_BARS, "H", NULL, "arrays of counters as bars, on and off", 0},
	{{'|'},
	 0,
	 SCOPE_ROWS,
	 ACT_SPLIT_BESIDE,
	 "|",
	 NULL,
	 "split the pane: another map beside it",
	 0},
	{{'_'},
	 0,
	 SCOPE_ROWS,
	 ACT_SPLIT_BELOW,
	 "_",
	 NULL,
	 "split the pane: another map below it",
	 0},
	{{CTRL_KEY('w')},
	 0,
	 SCOPE_ROWS,
	 ACT_PANE_KEY,
	 "^W",
	 NULL,
	 "then a key of the panes, as follows",
	 0},
	{{TERM_LEFT, 'h'},
	 0,
	 SCOPE_PANES,
	 ACT_FOCUS_LEFT,
	 "^W Left h",
	 NULL,
	 "to the pane on the left",
	 0},
	{{TERM_RIGHT, 'l'},
	 0,
	 SCOPE_PANES,
	 ACT_FOCUS_RIGHT,
	 "^W Right l",
	 "arrows pane",
	 "to the pane on the right",
	 1},
	{{TERM_UP, 'k'}, 0, SCOPE_PANES, ACT_FOCUS_UP, "^W Up k", NULL, "to the pane above", 0},
	{{TERM_DOWN, 'j'},
	 0,
	 SCOPE_PANES,
	 ACT_FOCUS_DOWN,
	 "^W Down j",
	 NULL,
	 "to the pane below",
	 0},
	{{'w', CTRL_KEY('w'), TERM_TAB},
	 0,
	 SCOPE_PANES,
	 ACT_FOCUS_NEXT,
	 "^W w",
	 "w next",
	 "to the next pane",
	 2},
	{{'c', 'q'},
	 0,
	 SCOPE_PANES,
	 ACT_PANE_CLOSE,
	 "^W c",
	 "c close",
	 "close the pane; its map stays open",
	 3},
	{{'o'}, 0, SCOPE_PANES, ACT_PANE_ONLY, "^W o", "o only this", "close the other panes", 4},
	{{'+', '>'}, 0, SCOPE_PANES, ACT_PANE_GROW, "^W +", "+- size", "make the pane larger", 5},
	{{'-', '<'}, 0, SCOPE_PANES, ACT_PANE_SHRINK, "^W -", NULL, "make the pane smaller", 0},
	{{'='}, 0, SCOPE_PANES, ACT_PANE_EVEN, "^W =", "= even", "make all halves alike", 6},
	{{'e'},
	 0,
	 SCOPE_ROWS,
	 ACT_ZOOM,
	 "e",
	 NULL,
	 "the pane alone, where there are several; the detail alone; all again",
	 0},
	{{'m'},
	 0,
	 SCOPE_ROWS | SCOPE_HELP,
	 ACT_METRICS,
	 "m",
	 NULL,
	 "what reading costs, and how it is done",
	 0},
	{{'C'},
	 0,
	 SCOPE_ROWS | SCOPE_HELP,
	 ACT_CHURN,
	 "C",
	 NULL,
	 "churn: is the map too small? verdict, history, ages",
	 0},
	{{'t'}, 0, SCOPE_ROWS, ACT_THEME, "t", NULL, "next theme", 0},
	{{'T'}, 0, SCOPE_ROWS, ACT_THEMES, "T", NULL, "pick a theme, seen at once", 0},
	{{'l'},
	 0,
	 SCOPE_ROWS | SCOPE_HELP,
	 ACT_LOG,
	 "l",
	 NULL,
	 "messages: what was said so far",
	 0},
	{{':'},
	 0,
	 SCOPE_ROWS,
	 ACT_COMMAND,
	 ":",
	 NULL,
	 "command line: every action by name, settings",
	 0},
	{{'w'},
	 0,
	 SCOPE_ROWS,
	 ACT_WRITE,
	 "w",
	 NULL,
	 "write what is seen to a file: text, .csv, .json, .jsonl",
	 0},
	{{'W'},
	 0,
	 SCOPE_ROWS,
	 ACT_SAVE,
	 "W",
	 NULL,
	 "save how the maps are looked at, theme, interval",
	 0},
	{{TERM_F1 + 1},
	 0,
	 ALL,
	 ACT_MOUSE,
	 "F2",
	 NULL,
	 "mouse on and off: wheel, click selects, click on a title sorts",
	 0},
	{{'y'}, 0, SCOPE_ROWS, ACT_COPY_KEY, "y", NULL, "copy the key to the clipboard", 0},
	{{'Y'}, 0, SCOPE_ROWS, ACT_COPY_ROW, "Y", NULL, "copy the row to the clipboard", 0},
	{{TERM_ESCAPE}, 0, SCOPE_ROWS, ACT_BACK, "Esc", NULL, "one level back; never quits", 0},
	{{TERM_ESCAPE}, 0, LISTS, ACT_BACK, "Esc", "Esc back", "back to the rows", 3},
	{{TERM_BACKSPACE}, 0, ALL, ACT_ERASE, "Backspace", NULL, "one level back", 0},
	{{'q'},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_QUIT,
	 "q",
	 "q quit",
	 "back, then quit",
	 5},
	{{'Q'}, 0, SCOPE_ROWS, ACT_QUIT_NOW, "Q", NULL, "quit at once", 0},
	{{CTRL_KEY('c')},
	 0,
	 SCOPE_ROWS | SCOPE_MENU | SCOPE_HELP | SCOPE_COLUMNS | SCOPE_THEMES,
	 ACT_QUIT_NOW,
	 "^C",
	 NULL,
	 "quit at once",
	 0},
	{{CTRL_KEY('c')}, 0, SCOPE_PICKER, ACT_QUIT_NOW, "^C", "^C quit", "quit at once", 5},
	{{CTRL_KEY('l')}, 0, ALL, ACT_REDRAW, "^L", NULL, "draw everything again", 0},
	{{CTRL_KEY('z')}, 0, ALL, ACT_SUSPEND, "^Z", NULL, "suspend", 0},
};
const struct key_row *const key_rows = rows;
const unsigned n_key_rows = ARRAY_LEN(rows);

/* The rows as they were before the first was bound anew. */
static struct key_row usual[ARRAY_LEN(rows)];
static bool is_bound;

struct key_row *keys_row(unsigned i)
{
	if (!is_bound)
		memcpy(usual, rows, sizeof(rows));
	is_bound = true;
	return &rows[i];
}

void keys_reset(void)
{
	if (is_bound)
		memcpy(rows, usual, sizeof(rows));
}

const struct key_row *keys_range_of(uint32_t key)
{
	for (unsigned i = 0; i < n_key_rows; i++)
		if (rows[i].range_end && key >= rows[i].keys[0] && key <= rows[i].range_end)
			return &rows[i];
	return NULL;
}

static bool holds_key(const struct key_row *row, uint32_t key)
{
	if (row->range_end)
		return key >= row->keys[0] && key <= row->range_end;
	for (unsigned i = 0; i < KEY_ROW_KEYS && row->keys[i]; i++)
		if (row->keys[i] == key)
			return true;
	return false;
}

enum action keys_find(enum key_scope scope, uint32_t key)
{
	for (unsigned i = 0; i < n_key_rows; i++)
		if ((key_rows[i].scopes & scope) && holds_key(&key_rows[i], key))
			return key_rows[i].action;
	return scope == SCOPE_DETAIL ? keys_find(SCOPE_ROWS, key) : ACT_NONE;
}

static void add_man_text(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *text);
	}
}

static void print_row(enum keys_markup markup, const struct key_row *row, struct buf *out)
{
	switch (markup) {
	case KEYS_TEXT:
		buf_addf(out, "  %-12s %s\n", row->shown, row->help);
		break;
	case KEYS_MARKDOWN:
		buf_addf(out, "| `%s` | %s |\n", row->shown, row->help);
		break;
	case KEYS_MAN:
		buf_adds(out, ".TP\n.B ");
		add_man_text(row->shown, out);
		buf_addc(out, '\n');
		add_man_text(row->help, out);
		buf_addc(out, '\n');
		break;
	}
}

void keys_print(enum keys_markup markup, struct buf *out)
{
	if (markup == KEYS_MARKDOWN)
		buf_adds(out, "| key | does |\n|---|---|\n");
	for (unsigned i = 0; i < n_key_rows; i++)
		if (key_rows[i].scopes & (SCOPE_ROWS | SCOPE_DETAIL | SCOPE_PANES))
			print_row(markup, &key_rows[i], out);
}
