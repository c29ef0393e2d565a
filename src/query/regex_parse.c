/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recursive descent over the pattern that writes steps as it goes. Each part of the pattern is a
 * run of steps [from, n_steps) that is entered at its first step and left past its last one; a
 * repetition wraps the run it follows, a bounded one copies it. The number of steps is bounded, and so
 * are depth, time and memory. A point beyond ASCII is one lead byte and its continuation bytes, so
 * "." and "[^x]" eat whole points. */
#include "query/regex_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "base/utf8.h"

struct reader {
	const char *at;
	size_t len, next;
	unsigned depth;
	bool ignores_case;
	struct regex_program *out;
	struct err *err;
};

static int read_alternatives(struct reader *in);

void regex_program_release(struct regex_program *program)
{
	if (!program)
		return;
	free(program->steps);
	free(program->sets);
	*program = (struct regex_program){0};
}

static int peek(const struct reader *in)
{
	return in->next < in->len ? (unsigned char)in->at[in->next] : -1;
}

static int fault(const struct reader *in, size_t at, const char *what)
{
	return err_at(in->err, (int)at + 1, "%s in the regular expression", what);
}

/* -- writing steps -- */

static int make_room(struct reader *in, unsigned n)
{
	struct regex_program *out = in->out;
	unsigned cap = MAX_OF(out->n_steps + n, out->cap_steps * 2);
	struct regex_step *steps;

	if (out->n_steps + n > REGEX_MAX_STEPS)
		return fault(in, in->next ? in->next - 1 : 0, "too many repetitions");
	if (out->n_steps + n <= out->cap_steps)
		return 0;
	steps = realloc(out->steps, cap * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	out->steps = steps;
	out->cap_steps = cap;
	return 0;
}

/* Opens a gap of one step at `at` and puts `step` there. */
static int insert_step(struct reader *in, unsigned at, struct regex_step step)
{
	struct regex_program *out = in->out;
	int r = make_room(in, 1);

	if (r)
		return r;
	memmove(out->steps + at + 1, out->steps + at, (out->n_steps - at) * sizeof(step));
	out->steps[at] = step;
	out->n_steps++;
	return 0;
}

static int add_step(struct reader *in, enum regex_op op, int a, int b)
{
	return insert_step(in, in->out->n_steps, (struct regex_step){.op = op, .a = a, .b = b});
}

static int add_set(struct reader *in, const struct byte_set *set)
{
	struct regex_program *out = in->out;
	unsigned i;

	for (i = 0; i < out->n_sets; i++)
		if (memcmp(&out->sets[i], set, sizeof(*set)) == 0)
			break;
	if (i == out->cap_sets) {
		unsigned cap = MAX_OF(8u, out->cap_sets * 2);
		struct byte_set *sets = realloc(out->sets, cap * sizeof(*sets));

		if (!sets)
			return -ENOMEM;
		out->sets = sets;
		out->cap_sets = cap;
	}
	if (i == out->n_sets)
		out->sets[out->n_sets++] = *set;
	return insert_step(in, out->n_steps, (struct regex_step){.op = STEP_SET, .set = i});
}

static int add_byte(struct reader *in, unsigned char byte)
{
	struct byte_set set = {0};

	byte_set_add(&set, byte);
	if (in->ignores_case)
		byte_set_fold_case(&set);
	return add_set(in, &set);
}

/* The ASCII bytes that are not in `set`, or any point beyond ASCII:
 *   split(+1, +3)  [ascii]  jump(+5)  [lead]  split(+1, +3)  [continuation]  jump(-2)
 * In valid UTF-8 a point that is left too early leaves a continuation byte that nothing eats. */
static int add_complement(struct reader *in, const struct byte_set *set)
{
	struct byte_set ascii = {{~set->bits[0], ~set->bits[1], 0, 0}};
	struct byte_set lead = {0}, more = {0};
	int r;

	byte_set_add_range(&lead, 0xc0, 0xff);
	byte_set_add_range(&more, 0x80, 0xbf);
	r = add_step(in, STEP_SPLIT, 1, 3);
	r = r ? r : add_set(in, &ascii);
	r = r ? r : add_step(in, STEP_JUMP, 5, 0);
	r = r ? r : add_set(in, &lead);
	r = r ? r : add_step(in, STEP_SPLIT, 1, 3);
	r = r ? r : add_set(in, &more);
	return r ? r : add_step(in, STEP_JUMP, -2, 0);
}

static int control_letter(int letter)
{
	return letter == 't' ? '\t' : letter == 'n' ? '\n' : letter == 'r' ? '\r' : -1;
}

/* After a backslash: a class is put into set (is_class), else one byte. */
static int read_escape(struct reader *in, struct byte_set *set, bool *is_class, bool *is_not)
{
	int c = peek(in);

	*is_class = c > 0 && byte_set_add_letter(set, c);
	*is_not = *is_class && isupper(c);
	if (c < 0)
		return fault(in, in->next - 1, "a backslash with nothing after it");
	in->next++;
	if (*is_class)
		return 0;
	if (control_letter(c) >= 0)
		c = control_letter(c);
	else if (isalnum(c) || c >= 0x80)
		return fault(in, in->next - 2, "an unknown escape");
	byte_set_add(set, (unsigned char)c);
	return c;
}

/* "[:alpha:]", standing at its '['. */
static int read_named_class(struct reader *in, struct byte_set *set)
{
	const char *name = in->at + in->next + 2;
	const char *end = memmem(name, in->len - in->next - 2, ":]", 2);

	if (!end || !byte_set_add_named(set, name, (size_t)(end - name)))
		return fault(in, in->next, "an unknown class");
	in->next += (size_t)(end - name) + 4;
	return 0;
}

/* One byte of a bracket, or a class of many: returns the byte, 256 for a class, or -errno. */
static int read_bracket_item(struct reader *in, struct byte_set *set)
{
	bool is_class, is_not;
	int c = peek(in), r;

	if (c == '[' && in->next + 1 < in->len && in->at[in->next + 1] == ':') {
		r = read_named_class(in, set);
		return r ? r : 256;
	}
	in->next++;
	if (c >= 0x80)
		return fault(in, in->next - 1, "a class of more than ASCII");
	if (c != '\\') {
		byte_set_add(set, (unsigned char)c);
		return c;
	}
	r = read_escape(in, set, &is_class, &is_not);
	if (is_not)
		return fault(in, in->next - 2, "a class that excludes, within brackets");
	return is_class ? 256 : r;
}

static int read_bracket(struct reader *in)
{
	struct byte_set set = {0};
	size_t opened = in->next - 1, first;
	bool is_not = peek(in) == '^';

	in->next += is_not;
	for (first = in->next; peek(in) != ']' || in->next == first;) {
		int low, high;

		if (peek(in) < 0)
			return fault(in, opened, "'[' without ']'");
		low = read_bracket_item(in, &set);
		if (low < 0)
			return low;
		if (peek(in) != '-' || in->next + 1 >= in->len || in->at[in->next + 1] == ']')
			continue;
		in->next++;
		high = read_bracket_item(in, &set);
		if (high < 0)
			return high;
		if (low > high || high > 255)
			return fault(in, in->next - 1, "a range that ends before it begins");
		byte_set_add_range(&set, (unsigned)low, (unsigned)high);
	}
	in->next++;
	if (in->ignores_case)
		byte_set_fold_case(&set);
	return is_not ? add_complement(in, &set) : add_set(in, &set);
}

/* -- atoms, repetitions, alternatives -- */

static int read_group(struct reader *in)
{
	size_t opened = in->next - 1;
	int r;

	if (++in->depth > REGEX_MAX_DEPTH)
		return fault(in, opened, "too many '(' inside each other");
	r = read_alternatives(in);
	in->depth--;
	if (r)
		return r;
	if (peek(in) != ')')
		return fault(in, opened, "'(' without ')'");
	in->next++;
	return 0;
}

static int read_literal(struct reader *in)
{
	uint32_t point;
	size_t n = utf8_next(in->at + in->next - 1, in->len - in->next + 1, &point);
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = add_byte(in, (unsigned char)in->at[in->next - 1 + i]);
	in->next += n - 1;
	return r;
}

static int read_escaped_atom(struct reader *in)
{
	struct byte_set set = {0};
	bool is_class, is_not;
	int r = read_escape(in, &set, &is_class, &is_not);

	if (r < 0)
		return r;
	return is_not ? add_complement(in, &set) : add_set(in, &set);
}

static int read_atom(struct reader *in)
{
	struct byte_set none = {0};

	switch (in->at[in->next++]) {
	case '(':
		return read_group(in);
	case '[':
		return read_bracket(in);
	case '.':
		return add_complement(in, &none);
	case '^':
		return add_step(in, STEP_START, 0, 0);
	case '$':
		return add_step(in, STEP_END, 0, 0);
	case '\\':
		return read_escaped_atom(in);
	case '*':
	case '+':
	case '?':
	case '{':
		return fault(in, in->next - 1, "nothing to repeat");
	default:
		return read_literal(in);
	}
}

static int wrap_star(struct reader *in, unsigned from)
{
	int len = (int)(in->out->n_steps - from);
	int r = insert_step(in, from, (struct regex_step){.op = STEP_SPLIT, .a = 1, .b = len + 2});

	return r ? r : add_step(in, STEP_JUMP, -(len + 1), 0);
}

static int wrap_optional(struct reader *in, unsigned from)
{
	int len = (int)(in->out->n_steps - from);

	return insert_step(in, from, (struct regex_step){.op = STEP_SPLIT, .a = 1, .b = len + 1});
}

/* Adds the steps [from, from + n) once more at the end. */
static int copy_steps(struct reader *in, unsigned from, unsigned n)
{
	int r = make_room(in, n);

	if (r)
		return r;
	memcpy(in->out->steps + in->out->n_steps, in->out->steps + from,
	       n * sizeof(*in->out->steps));
	in->out->n_steps += n;
	return 0;
}

/* x{low,high}: x low times, then high - low times an optional one; high < 0: then x*. */
static int repeat(struct reader *in, unsigned from, int low, int high)
{
	unsigned n = in->out->n_steps - from, atom = from;
	int copies = high < 0 ? low + 1 : high;
	int r = 0;

	if (copies == 0) {
		in->out->n_steps = from;
		return 0;
	}
	if ((low == 0 || high < 0) && copies == 1)
		return high < 0 ? wrap_star(in, from) : wrap_optional(in, from);
	for (int i = 1; i < copies && !r; i++) {
		unsigned at = in->out->n_steps;

		r = copy_steps(in, atom, n);
		if (!r && high < 0 && i == copies - 1)
			r = wrap_star(in, at);
		else if (!r && i >= low)
			r = wrap_optional(in, at);
	}
	return r || low > 0 ? r : wrap_optional(in, from);
}

static int read_count(struct reader *in, int *out)
{
	int n = 0;

	if (!isdigit(peek(in)))
		return fault(in, in->next, "no number after '{'");
	while (isdigit(peek(in))) {
		n = n * 10 + (in->at[in->next++] - '0');
		if (n > REGEX_MAX_REPEAT)
			return fault(in, in->next - 1, "a repetition of more than 255");
	}
	*out = n;
	return 0;
}

static int read_braces(struct reader *in, unsigned from)
{
	size_t opened = in->next - 1;
	int low, high, r = read_count(in, &low);

	if (r)
		return r;
	high = low;
	if (peek(in) == ',') {
		in->next++;
		high = -1;
		if (peek(in) != '}')
			r = read_count(in, &high);
	}
	if (r)
		return r;
	if (peek(in) != '}')
		return fault(in, opened, "'{' without '}'");
	if (high >= 0 && high < low)
		return fault(in, in->next - 1, "a repetition that ends before it begins");
	in->next++;
	return repeat(in, from, low, high);
}

static int read_repetition(struct reader *in, unsigned from)
{
	switch (in->at[in->next++]) {
	case '*':
		return wrap_star(in, from);
	case '+':
		return add_step(in, STEP_SPLIT, -(int)(in->out->n_steps - from), 1);
	case '?':
		return wrap_optional(in, from);
	default:
		return read_braces(in, from);
	}
}

static bool at_repetition(const struct reader *in)
{
	int c = peek(in);

	return c == '*' || c == '+' || c == '?' || c == '{';
}

static int read_sequence(struct reader *in)
{
	int r = 0;

	while (!r && peek(in) >= 0 && peek(in) != '|' && peek(in) != ')') {
		unsigned from = in->out->n_steps;

		r = read_atom(in);
		while (!r && at_repetition(in))
			r = read_repetition(in, from);
	}
	return r;
}

static int read_alternatives(struct reader *in)
{
	unsigned from = in->out->n_steps;
	int r = read_sequence(in);

	while (!r && peek(in) == '|') {
		int len = (int)(in->out->n_steps - from);
		unsigned jump;

		in->next++;
		r = insert_step(in, from,
				(struct regex_step){.op = STEP_SPLIT, .a = 1, .b = len + 2});
		jump = in->out->n_steps;
		r = r ? r : add_step(in, STEP_JUMP, 0, 0);
		r = r ? r : read_sequence(in);
		if (!r)
			in->out->steps[jump].a = (int)(in->out->n_steps - jump);
	}
	return r;
}

int regex_parse(const char *pattern, size_t len, struct regex_program *program, struct err *err)
{
	struct reader in = {.at = pattern, .len = len, .out = program, .err = err};
	int r;

	if (len >= 4 && memcmp(pattern, "(?i)", 4) == 0) {
		in.ignores_case = true;
		in.next = 4;
	}
	r = read_alternatives(&in);
	if (!r && in.next < in.len)
		r = fault(&in, in.next, "')' without '('");
	return r ? r : add_step(&in, STEP_MATCH, 0, 0);
}
