// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* --help and its topics, and the manual page, all printed from the tables that the program runs on. */
#include <errno.h>
#include <string.h>

#include "app/option_rows.h"
#include "app/options.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/man.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/maptype.h"
#include "out/out.h"
#include "query/manual.h"
#include "ui/keys.h"

static const char about[] = "watches eBPF maps: decoded, sorted, filtered, with rates and churn";

static const char map_words[] =
	"MAP is an id (41, id:41), a name (flows, name:flows), a pin "
	"(/sys/fs/bpf/flows), all maps\n"
	"of a program (prog:17, prog:xdp_main) or of an interface's XDP "
	"and TC programs (dev:eth0),\n"
	"a recording or one map of it (file:x.tape, file:x.tape:flows; all files of one:\n"
	"'file:x.tape*'), a simulation (sim:flows), or a map of a host that ssh reaches and that "
	"has\n"
	"bpfmaptop too (ssh:web1:flows).\n";

static const char once[] = "An option with a value is given once.\n";

static const char statuses[] = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 partly done (a "
			       "reading or the list was incomplete).\n";

/* Those that speak of flows are run by a test, on the simulation of that name. */
static const struct {
	const char *command, *about;
} examples[] = {
	{"bpfmaptop", "pick from every map of this host"},
	{"bpfmaptop flows", "by name; all maps of that name"},
	{"bpfmaptop 41", "by id"},
	{"bpfmaptop /sys/fs/bpf/flows", "by pin"},
	{"bpfmaptop prog:xdp_main", "every map of a program"},
	{"bpfmaptop dev:eth0", "every map of the XDP and TC programs on an interface"},
	{"bpfmaptop flows -f 'proto == tcp and packets.rate > 1k' -s -bytes.rate", NULL},
	{"bpfmaptop flows -g saddr/24,proto --smooth 10s", NULL},
	{"bpfmaptop flows --alert 'packets.rate > 1M' --bell", NULL},
	{NULL, NULL},
	{"bpfmaptop list", "every map: id, type, name, entries, memory, programs, pins, owners"},
	{"bpfmaptop info flows", "identity, layout, and how it is read, or why it can't be"},
	{"bpfmaptop dump flows -o json", "one reading: text, json, jsonl, csv, prom or bpftool"},
	{"bpfmaptop dump flows -c saddr,dport,bytes:size -f 'saddr in 10.0.0.0/8' -l 20", NULL},
	{"bpfmaptop dump flows -g bytes:log2 -c bytes.range,count,count.share -o csv", NULL},
	{"bpfmaptop stream flows -d 5", "a reading every 5 s, with rates"},
	{"bpfmaptop stream flows -n 60 --until 'dport == 22 and packets.rate > 100'", NULL},
	{"bpfmaptop export flows.prom flows -g proto", NULL},
	{"bpfmaptop record a.tape flows", "readings into a tape, until you stop it"},
	{"bpfmaptop replay a.tape", "the same screen again, or any output of it"},
	{"bpfmaptop replay a.tape*", "the files of --max-size as one recording"},
};

static void help_examples(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(examples); i++)
		if (examples[i].about)
			buf_addf(out, "%-33s %s\n", examples[i].command, examples[i].about);
		else
			buf_addf(out, "%s\n", examples[i].command ? examples[i].command : "");
}

static void add_option(const struct option_row *row, struct buf *out)
{
	SCOPED(buf) left = {0};
	size_t n = row->argument ? strlen(row->argument) : 0;

	if (row->letter)
		buf_addf(&left, "-%c, ", row->letter);
	else
		buf_adds(&left, "    ");
	buf_addf(&left, "--%s", row->name);
	if (n && row->argument[n - 1] == '?')
		buf_addf(&left, "[=%.*s]", (int)n - 1, row->argument);
	else if (n)
		buf_addf(&left, "%s%s", row->letter ? " " : "=", row->argument);
	buf_addf(out, "  %-24s %s\n", buf_text(&left), row->help);
}

static void help_usage(struct buf *out)
{
	buf_addf(out, "bpfmaptop %s: %s\n\n", VERSION, about);
	buf_adds(out, "usage: bpfmaptop [OPTIONS] [COMMAND] [MAP]...\n\n");
	for (unsigned i = 0; command_at(i); i++)
		buf_addf(out, "  %-7s %-11s %s\n", command_at(i)->name, command_at(i)->arguments,
			 command_at(i)->help);
	buf_addf(out, "\n%s\n", map_words);
	for (unsigned i = 0; i < n_option_rows; i++)
		add_option(&option_rows[i], out);
	buf_addf(out, "\n%s%s", once, statuses);
}

static void help_keys(struct buf *out)
{
	keys_print(KEYS_TEXT, out);
}

static void help_formats(struct buf *out)
{
	for (unsigned i = 0; format_at(i); i++)
		buf_addf(out, "  %-9s %-24s %s\n", format_at(i)->name, format_at(i)->example,
			 format_at(i)->help);
}

static void help_outputs(struct buf *out)
{
	for (unsigned i = 0; out_at(i); i++)
		buf_addf(out, "  %-11s %s\n", out_at(i)->name, out_at(i)->help);
}

static void help_types(struct buf *out)
{
	for (unsigned i = 0; maptype_at(i); i++) {
		const struct maptype *type = maptype_at(i);

		buf_addf(out, "  %2u  %-22s %s\n", type->number, type->name,
			 type->why_not ? type->why_not : "rows");
	}
}

static const struct topic {
	const char *name, *title;
	void (*print)(struct buf *out);
} topics[] = {
	{"", NULL, help_usage},
	{"keys", "KEYS", help_keys},
	{"examples", "EXAMPLES", help_examples},
	{"query", "QUERY", query_help},
	{"formats", "FORMATS", help_formats},
	{"outputs", "OUTPUTS", help_outputs},
	{"types", "MAP TYPES", help_types},
};

int options_help(const char *name, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		if (!strcmp(topics[i].name, name)) {
			topics[i].print(out);
			return 0;
		}
	SCOPED(buf) names = {0};

	for (size_t i = 1; i < ARRAY_LEN(topics); i++)
		buf_addf(&names, " %s", topics[i].name);
	return err_set(err, -EINVAL, "there is no help on '%s'; topics:%s", name, buf_text(&names));
}

static void add_man_option(const struct option_row *row, struct buf *out)
{
	buf_adds(out, ".TP\n\\fB");
	if (row->letter)
		buf_addf(out, "\\-%c\\fR, \\fB", row->letter);
	buf_adds(out, "\\-\\-");
	man_add_text(row->name, out);
	buf_adds(out, "\\fR");
	if (row->argument)
		buf_addf(out, " \\fI%.*s\\fR", (int)strcspn(row->argument, "?"), row->argument);
	buf_addc(out, '\n');
	man_add_text(row->help, out);
	if (row->heeded_by) {
		buf_adds(out, "\n.br\nFor: ");
		man_add_text(row->heeded_by, out);
	}
	buf_addc(out, '\n');
}

void options_manual(struct buf *out)
{
	buf_addf(out, ".TH BPFMAPTOP 8 \"\" \"bpfmaptop %s\"\n.SH NAME\nbpfmaptop \\- %s\n",
		 VERSION, about);
	buf_adds(out, ".SH SYNOPSIS\n.B bpfmaptop\n[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] "
		      "[\\fIMAP\\fR]...\n.SH COMMANDS\n");
	for (unsigned i = 0; command_at(i); i++) {
		buf_addf(out, ".TP\n\\fB%s\\fR %s\n", command_at(i)->name,
			 command_at(i)->arguments);
		man_add_text(command_at(i)->help, out);
		buf_addc(out, '\n');
	}
	buf_adds(out, ".PP\n");
	man_add_text(map_words, out);
	buf_adds(out, ".SH OPTIONS\n");
	for (unsigned i = 0; i < n_option_rows; i++)
		add_man_option(&option_rows[i], out);
	buf_adds(out, ".PP\n");
	man_add_text(once, out);
	for (size_t i = 1; i < ARRAY_LEN(topics); i++) {
		SCOPED(buf) text = {0};

		topics[i].print(&text);
		buf_addf(out, ".SH %s\n.nf\n", topics[i].title);
		man_add_text(buf_text(&text), out);
		buf_adds(out, ".fi\n");
	}
	buf_adds(out, ".SH EXIT STATUS\n");
	man_add_text(statuses, out);
}
