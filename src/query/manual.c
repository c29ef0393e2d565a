/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "query/manual.h"

#include "base/buf.h"
#include "base/tidy.h"

static const struct query_example examples[] = {
	{EXAMPLE_FILTER, "proto == tcp", "= and == are the same; also != < <= > >="},
	{EXAMPLE_FILTER, "verdict != DROP", "values of an enum by name, or by number"},
	{EXAMPLE_FILTER, "dport in 80..443", "a range; both ends count"},
	{EXAMPLE_FILTER, "proto in (tcp, udp)", "any of these; not in: none of them"},
	{EXAMPLE_FILTER, "dport not in (53, 8000..9000)", "lists and ranges together"},
	{EXAMPLE_FILTER, "saddr in 10.0.0.0/23", "a network"},
	{EXAMPLE_FILTER, "src6 in 2001:db8:100::/40", "of IPv6, too"},
	{EXAMPLE_FILTER, "smac == 02:00:00:00:00:01",
	 "a MAC address; smac in 02:00:00:00:00:00/40"},
	{EXAMPLE_FILTER, "name ~ \"^[ab]\"",
	 "regular expression on what is shown; !~ for no match"},
	{EXAMPLE_FILTER, "name ~ \"(?i)^A\"", "that begins with (?i): in either case"},
	{EXAMPLE_FILTER, "tcp 443", "bare words are looked for in key and value as shown"},
	{EXAMPLE_FILTER, "\"g-2\"", "so are words in quotes, with blanks and signs in them"},
	{EXAMPLE_FILTER, "bytes > 1.5Mi", "k M G T P E count by 1000, Ki Mi Gi Ti Pi Ei by 1024"},
	{EXAMPLE_FILTER, "rtt_ns >= 1.5ms", "times have units: ns us ms s m h d"},
	{EXAMPLE_FILTER, "seen_ns > \"30s ago\"",
	 "moments as they are shown; it moves on with the clock"},
	{EXAMPLE_FILTER, "seen_ns - born_ns > 1m", "between two moments is a time"},
	{EXAMPLE_FILTER, "bytes / packets > 1000", "+ - * / % and parentheses"},
	{EXAMPLE_FILTER, "is_syn", "a number alone: not 0"},
	{EXAMPLE_FILTER, "span.lo == span.hi",
	 "fields by path; the last part is enough where it is clear"},
	{EXAMPLE_FILTER, "hist[3] > 20", "one element of an array"},
	{EXAMPLE_FILTER, "packets.rate > 20 and state != new",
	 "what is derived, of fields and of rows"},
	{EXAMPLE_FILTER, "state == gone or age < 500ms", "new, kept, changed or gone"},
	{EXAMPLE_FILTER, "hits@3 > 1.5 * hits.mean", "one CPU of a per-CPU map beside their mean"},
	{EXAMPLE_GROUP, "proto,dport", "a group for each pair of values"},
	{EXAMPLE_GROUP, "saddr/24", "networks; IPv4 inside IPv6 is taken as IPv4"},
	{EXAMPLE_GROUP, "bytes:log2",
	 "from each power of two to the next: bytes.range == 1024..2047"},
	{EXAMPLE_GROUP, "bytes:64Ki", "ranges that wide"},
	{EXAMPLE_GROUP, "proto:dec", "values written in another format"},
	{EXAMPLE_GROUP, "state", "words of the row, too"},
	{EXAMPLE_SORT, "packets", "numbers of the value from the largest down, all else up"},
	{EXAMPLE_SORT, "+packets", "up"},
	{EXAMPLE_SORT, "-proto,dport", "down; then by another one"},
};

static const struct query_rule rules[] = {
	{"filter", "and { ( \"or\" | \"||\" ) and }"},
	{"and", "not { [ \"and\" | \"&&\" ] not }"},
	{"not", "( \"not\" | \"!\" ) not | condition"},
	{"condition",
	 "sum [ equal member | order sum | [ \"not\" ] \"in\" set | ( \"~\" | \"!~\" ) regex ]"},
	{"equal", "\"=\" | \"==\" | \"!=\""},
	{"order", "\"<\" | \"<=\" | \">\" | \">=\""},
	{"set", "\"(\" member { \",\" member } \")\" | member"},
	{"member", "sum [ \"..\" sum ]"},
	{"sum", "term { ( \"+\" | \"-\" ) term }"},
	{"term", "factor { ( \"*\" | \"/\" | \"%\" ) factor }"},
	{"factor", "\"-\" factor | \"(\" filter \")\" | word | text"},
	{"regex", "word | text"},
};

static const char before[] =
	"A filter is conditions joined by and, or, not (&& || !) and parentheses.\n\n";

static const char between[] = "\n"
			      "The same words mark rows (--alert) and end a stream (--until). "
			      "Groups (-g, key b) fold the\n"
			      "rows that match into one a value, with their count, and of counters "
			      "sums, shares and rates:\n\n";

static const char before_sorts[] =
	"\nAn order (-s, key s) is columns, the first one decides most:\n\n";

static const char after[] = "\n"
			    "Columns: fields of key and value by name or path (saddr, flow.saddr); "
			    "of counters what is\n"
			    "derived: pkts.delta, pkts.rate, pkts.base, with --smooth pkts.smooth, "
			    "of groups pkts.share;\n"
			    "of per-CPU maps pkts@3, pkts.sum, .max, .min, .mean, .skew, .maxcpu; "
			    "of the row: state, age,\n"
			    "idle, seen, key, value.\n"
			    "\n"
			    "Numbers, times and moments don't mix: age / 1s is a number, what lies "
			    "between two moments\n"
			    "a time.\n"
			    "\n"
			    "What is unknown (a rate in the first reading) matches nothing, and "
			    "neither does its opposite.\n"
			    "Floats may also be inf, -inf and, by == and != alone, nan.\n"
			    "\n"
			    "The grammar of filters:\n\n";

static const char words[] = "\n"
			    "A word is a name, number, address or network: letters, digits and . _ "
			    ": / @ [ ] in a row; a\n"
			    "text stands in \"\" or ''. \"and\" may be left out before a word, a "
			    "text, \"(\" and \"not\"; a \"(\"\n"
			    "behind \"in\" opens a list.\n";

const struct query_example *query_example_at(unsigned i)
{
	return i < ARRAY_LEN(examples) ? &examples[i] : NULL;
}

const struct query_rule *query_rule_at(unsigned i)
{
	return i < ARRAY_LEN(rules) ? &rules[i] : NULL;
}

static void add_examples(enum example_kind kind, struct buf *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(examples); i++)
		if (examples[i].kind == kind)
			buf_addf(out, "  %-35s %s\n", examples[i].text, examples[i].about);
}

void query_help(struct buf *out)
{
	buf_adds(out, before);
	add_examples(EXAMPLE_FILTER, out);
	buf_adds(out, between);
	add_examples(EXAMPLE_GROUP, out);
	buf_adds(out, before_sorts);
	add_examples(EXAMPLE_SORT, out);
	buf_adds(out, after);
	for (unsigned i = 0; i < ARRAY_LEN(rules); i++)
		buf_addf(out, "  %-9s = %s\n", rules[i].name, rules[i].is);
	buf_adds(out, words);
}
