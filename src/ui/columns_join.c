/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two ends of a key in one column: "10.0.123.45>..10:443". They are two addresses of a format whose names are
 * the same words but for one, which a row of `ends` has for both; a port belongs to the end that its name
 * says, or behind which it stands. Every row is shortened for itself: what other rows hold moves nothing. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format.h"
#include "model/words.h"
#include "ui/columns.h"

#define LEFT_OUT ".."

static const char *const address_formats[] = {"ip4", "ip6", "mac"};

/* How names tell the end where it comes from from the one where it goes. */
static const char *const ends[][JOINT_ENDS] = {
	{"src", "dst"},
	{"src", "dest"},
	{"source", "dest"},
	{"source", "dst"},
	{"source", "destination"},
	{"saddr", "daddr"},
	{"sip", "dip"},
	{"smac", "dmac"},
	{"sport", "dport"},
	{"local", "remote"},
	{"local", "peer"},
	{"local", "foreign"},
	{"laddr", "raddr"},
	{"lip", "rip"},
	{"lport", "rport"},
	{"client", "server"},
	{"sender", "receiver"},
	{"from", "to"},
	{"inner", "outer"},
	{"internal", "external"},
};

/* -- which columns ---------------------------------------------------------------------------------------- */

static const char *format_name(const struct shown *shown)
{
	const struct column *column = &shown->column;

	if (shown->kind != SHOWN_CELL || !shown->in_key || shown->is_bytes || !column->field)
		return "";
	return (column->format ? column->format : column->field->format)->name;
}

static bool are_ends(const struct shown *from, const struct shown *to)
{
	const char *a = from->column.field->path, *b = to->column.field->path;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (words_part(a, b, ends[i][0], ends[i][1]))
			return true;
	return false;
}

static bool find_ends(const struct shown *shown, int n, const char *format, struct joint *joint)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			if (strcmp(format_name(&shown[i]), format) == 0 &&
			    strcmp(format_name(&shown[j]), format) == 0 &&
			    are_ends(&shown[i], &shown[j])) {
				joint->is_there = true;
				joint->ends[0] = i;
				joint->ends[1] = j;
				return true;
			}
	return false;
}

/* 0 or 1 as its name says; JOINT_ENDS: it doesn't. */
static int end_named(const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		for (int end = 0; end < JOINT_ENDS; end++) {
			char pattern[32];

			snprintf(pattern, sizeof(pattern), "*_%s_*", ends[i][end]);
			if (words_fit(field->path, pattern))
				return end;
		}
	return JOINT_ENDS;
}

static void find_ports(const struct shown *shown, int n, struct joint *joint)
{
	joint->ports[0] = joint->ports[1] = JOINT_NO_PORT;
	for (int i = 0; i < n; i++) {
		int end;

		if (strcmp(format_name(&shown[i]), "port") != 0)
			continue;
		end = end_named(shown[i].column.field);
		for (int j = 0; j < JOINT_ENDS && end == JOINT_ENDS; j++)
			end = i == joint->ends[j] + 1 ? j : JOINT_ENDS;
		if (end < JOINT_ENDS && joint->ports[end] == JOINT_NO_PORT)
			joint->ports[end] = i;
	}
}

struct joint joint_find(const struct shown *shown, unsigned n)
{
	struct joint joint = {0};
	size_t i = 0;

	while (i < ARRAY_LEN(address_formats) &&
	       !find_ends(shown, (int)n, address_formats[i], &joint))
		i++;
	if (joint.is_there)
		find_ports(shown, (int)n, &joint);
	return joint;
}

static bool is_same(const struct shown *a, int i, const struct shown *b, int j)
{
	if (i < 0 || j < 0)
		return i < 0 && j < 0;
	return column_equal(&a[i].column, &b[j].column);
}

bool joint_equal(const struct joint *joint, const struct shown *shown, const struct tab *tab)
{
	bool equal = true;

	for (int end = 0; end < JOINT_ENDS; end++)
		equal = equal &&
			is_same(shown, joint->ends[end], tab->shown, tab->joint.ends[end]) &&
			is_same(shown, joint->ports[end], tab->shown, tab->joint.ports[end]);
	return equal;
}

bool joint_has(const struct joint *joint, unsigned i)
{
	bool has = false;

	for (int end = 0; end < JOINT_ENDS && joint->is_there; end++)
		has = has || (int)i == joint->ends[end] || (int)i == joint->ports[end];
	return has;
}

/* -- their titles ------------------------------------------------------------------------------------------ */

static int title_columns(const struct tab *tab, int i)
{
	const struct shown *shown = &tab->shown[i];
	int width = (int)utf8_columns(shown->title, strlen(shown->title));

	for (unsigned k = 0; k < tab->view.n_keys; k++)
		width += column_equal(&tab->view.keys[k].column, &shown->column);
	return width;
}

/* With what stands between them. */
static int titles_columns(const struct tab *tab, const int *parts, int n)
{
	int width = n - 1;

	for (int i = 0; i < n; i++)
		width += title_columns(tab, parts[i]);
	return width;
}

int joint_titles(const struct tab *tab, int columns, int parts[JOINT_PARTS])
{
	const struct joint *joint = &tab->joint;
	int n = 0;

	for (int end = 0; end < JOINT_ENDS; end++) {
		parts[n++] = joint->ends[end];
		if (joint->ports[end] >= 0)
			parts[n++] = joint->ports[end];
	}
	if (titles_columns(tab, parts, n) <= columns)
		return n;
	memcpy(parts, joint->ends, sizeof(joint->ends));
	return JOINT_ENDS;
}

int joint_title_at(const struct tab *tab, int columns, int col)
{
	int parts[JOINT_PARTS], n = joint_titles(tab, columns, parts), i = 0;

	while (i + 1 < n && col > titles_columns(tab, parts, i + 1))
		i++;
	return parts[i];
}

int joint_title_columns(const struct tab *tab)
{
	return tab->joint.is_there ? titles_columns(tab, tab->joint.ends, JOINT_ENDS) : 0;
}

/* -- their text ------------------------------------------------------------------------------------------- */

/* An end as it is written: of the address what stands from `shown` on. */
struct end {
	const char *address, *shown, *port; /* "": none */
};

/* The next part of an address behind a dot or colon; NULL: there is none. */
static const char *next_part(const char *at)
{
	at += strcspn(at, ".:");
	return at[0] && at[1] ? at + 1 : NULL;
}

/* Leaves out as many parts in front as it takes to save so many columns. returns how many it did save. */
static int save(struct end *end, int n)
{
	int saved = 0;

	for (const char *part = next_part(end->address); part && saved < n;
	     part = next_part(part)) {
		int gain = (int)(part - end->address) - (int)strlen(LEFT_OUT);

		if (gain <= saved)
			continue;
		saved = gain;
		end->shown = part;
	}
	return saved;
}

/* A port behind an address with colons: RFC 5952, 6. */
static void add_end(const struct end *end, struct buf *out)
{
	bool has_brackets = *end->port && strchr(end->address, ':');

	buf_addf(out, "%s%s%s%s%s%s", has_brackets ? "[" : "",
		 end->shown == end->address ? "" : LEFT_OUT, end->shown, has_brackets ? "]" : "",
		 *end->port ? ":" : "", end->port);
}

static struct end end_of(const struct tab *tab, size_t line, int i)
{
	int port = tab->joint.ports[i];
	const char *address = tab_text(tab, line, (unsigned)tab->joint.ends[i]);

	return (struct end){address, address, port < 0 ? "" : tab_text(tab, line, (unsigned)port)};
}

static void add_ends(const struct end pair[JOINT_ENDS], struct buf *out)
{
	add_end(&pair[0], out);
	buf_addc(out, '>');
	add_end(&pair[1], out);
}

void joint_text(const struct tab *tab, size_t line, int columns, struct buf *out)
{
	struct end pair[JOINT_ENDS] = {end_of(tab, line, 0), end_of(tab, line, 1)};
	size_t from = out->len;
	int excess;

	if (!*pair[0].address && !*pair[1].address)
		return;
	add_ends(pair, out);
	excess = (int)(out->len - from) - columns;
	if (excess <= 0)
		return;
	excess -= save(&pair[1], excess);
	save(&pair[0], excess);
	buf_cut(out, from);
	add_ends(pair, out);
}

void joint_measure(struct tab *tab)
{
	struct joint *joint = &tab->joint;
	SCOPED(buf) text = {0};

	for (size_t line = 0; line < tab->view.height && joint->is_there; line++) {
		buf_clear(&text);
		joint_text(tab, line, INT_MAX, &text);
		joint->whole.needed = MAX_OF(joint->whole.needed, (int)text.len);
		buf_clear(&text);
		joint_text(tab, line, 0, &text);
		joint->least.needed = MAX_OF(joint->least.needed, (int)text.len);
	}
}
