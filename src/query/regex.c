/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Search with a deterministic automaton that is built as the text asks for it: a state is a set of
 * steps (those that eat a byte, wait for the end, or match), closed over splits and jumps. States and
 * their transitions are remembered, at most MAX_STATES of them; when that is full everything is
 * forgotten and begins again. A byte costs a table look-up, at worst one pass over the steps: linear
 * in the text whatever the expression. Bytes that no set tells apart share a column of the table. */
#include "query/regex.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "query/regex_parse.h"

enum { MAX_STATES = 128, NOT_YET = UINT8_MAX, ANY_MATCH = 1, END_MATCH = 2 };

struct regex {
	struct regex_program program;
	unsigned n_words;	 /* 64-bit words of a set of steps */
	uint8_t byte_class[256]; /* at most 256 classes, so the last one is 255 */
	uint8_t class_byte[256]; /* one byte of each class */
	unsigned n_classes;
	unsigned n_states;	     /* state 0 is the start of the text */
	uint64_t *sets;		     /* [MAX_STATES × n_words] */
	uint8_t *next;		     /* [MAX_STATES × n_classes]: state or NOT_YET */
	uint8_t accepts[MAX_STATES]; /* ANY_MATCH, END_MATCH */
	uint64_t *work;		     /* [2 × n_words]: the set under construction; visited */
	int *stack;		     /* [n_steps] */
};

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	regex_program_release(&regex->program);
	free(regex->sets);
	free(regex->next);
	free(regex->work);
	free(regex->stack);
	free(regex);
}

/* Two bytes are of one class when every set holds both or neither. */
static void find_classes(struct regex *regex)
{
	const struct regex_program *program = &regex->program;

	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned class, i;

		for (class = 0; class < regex->n_classes; class ++) {
			uint8_t other = regex->class_byte[class];

			for (i = 0; i < program->n_sets; i++)
				if (byte_set_has(&program->sets[i], (uint8_t)byte) !=
				    byte_set_has(&program->sets[i], other))
					break;
			if (i == program->n_sets)
				break;
		}
		if (class == regex->n_classes)
			regex->class_byte[regex->n_classes++] = (uint8_t)byte;
		regex->byte_class[byte] = (uint8_t) class;
	}
}

static bool visit(uint64_t *visited, int step)
{
	uint64_t bit = UINT64_C(1) << (step % 64);
	bool is_new = !(visited[step / 64] & bit);

	visited[step / 64] |= bit;
	return is_new;
}

/* Adds to `set` every step reachable from `from` without eating a byte. Each step is pushed at most
 * once, because it is marked as visited before. */
static void close_over(struct regex *regex, int from, bool at_start, bool at_end, uint64_t *set,
		       uint64_t *visited)
{
	const struct regex_step *steps = regex->program.steps;
	int n = 0;

	if (visit(visited, from))
		regex->stack[n++] = from;
	while (n > 0) {
		int at = regex->stack[--n], to[2], n_to = 0;

		set[at / 64] |= UINT64_C(1) << (at % 64);
		if (steps[at].op == STEP_SPLIT || steps[at].op == STEP_JUMP)
			to[n_to++] = at + steps[at].a;
		if (steps[at].op == STEP_SPLIT)
			to[n_to++] = at + steps[at].b;
		if ((steps[at].op == STEP_START && at_start) ||
		    (steps[at].op == STEP_END && at_end))
			to[n_to++] = at + 1;
		while (n_to-- > 0)
			if (visit(visited, to[n_to]))
				regex->stack[n++] = to[n_to];
	}
}

static bool set_has(const uint64_t *set, unsigned step)
{
	return set[step / 64] >> (step % 64) & 1;
}

/* Does waiting for the end lead to the match, were this the end of the text? */
static bool matches_at_end(struct regex *regex, const uint64_t *set, bool at_start)
{
	unsigned n_steps = regex->program.n_steps;
	uint64_t *closed = regex->work + regex->n_words, *visited = closed + regex->n_words;

	memset(closed, 0, 2 * regex->n_words * sizeof(*closed));
	for (unsigned i = 0; i < n_steps; i++)
		if (set_has(set, i))
			close_over(regex, (int)i, at_start, true, closed, visited);
	return set_has(closed, n_steps - 1);
}

/* The state of the set in regex->work: an old one with the same steps or a new one. */
static unsigned intern(struct regex *regex, bool at_start)
{
	size_t bytes = regex->n_words * sizeof(uint64_t);
	unsigned state;

	for (state = at_start ? 0 : 1; state < regex->n_states; state++)
		if (memcmp(regex->sets + state * regex->n_words, regex->work, bytes) == 0)
			return state;
	memcpy(regex->sets + state * regex->n_words, regex->work, bytes);
	memset(regex->next + state * regex->n_classes, NOT_YET, regex->n_classes);
	regex->accepts[state] = 0;
	if (set_has(regex->work, regex->program.n_steps - 1))
		regex->accepts[state] = ANY_MATCH | END_MATCH;
	else if (matches_at_end(regex, regex->work, at_start))
		regex->accepts[state] = END_MATCH;
	regex->n_states = state + 1;
	return state;
}

static void make_start(struct regex *regex)
{
	uint64_t *visited = regex->work + regex->n_words;

	regex->n_states = 0;
	memset(regex->work, 0, 2 * regex->n_words * sizeof(*visited));
	close_over(regex, 0, true, false, regex->work, visited);
	intern(regex, true);
}

/* Where `state` goes on a byte of the class. A search may begin anywhere, so the first step joins. */
static unsigned step_over(struct regex *regex, unsigned state, unsigned class)
{
	const struct regex_program *program = &regex->program;
	const uint64_t *from = regex->sets + state * regex->n_words;
	uint64_t *visited = regex->work + regex->n_words;
	unsigned to;

	memset(regex->work, 0, 2 * regex->n_words * sizeof(*visited));
	for (unsigned i = 0; i < program->n_steps; i++)
		if (set_has(from, i) && program->steps[i].op == STEP_SET &&
		    byte_set_has(&program->sets[program->steps[i].set], regex->class_byte[class]))
			close_over(regex, (int)i + 1, false, false, regex->work, visited);
	close_over(regex, 0, false, false, regex->work, visited);
	if (regex->n_states == MAX_STATES) {
		regex->n_states = 1;
		memset(regex->next, NOT_YET, regex->n_classes);
		return intern(regex, false);
	}
	to = intern(regex, false);
	regex->next[state * regex->n_classes + class] = (uint8_t)to;
	return to;
}

bool regex_search(struct regex *regex, const char *text, size_t len)
{
	unsigned state = 0;

	for (size_t i = 0; i < len && !(regex->accepts[state] & ANY_MATCH); i++) {
		unsigned class = regex->byte_class[(uint8_t)text[i]];
		unsigned next = regex->next[state * regex->n_classes + class];

		state = next == NOT_YET ? step_over(regex, state, class) : next;
	}
	return regex->accepts[state] & END_MATCH;
}

static int make_tables(struct regex *regex)
{
	unsigned n_steps = regex->program.n_steps;

	regex->n_words = (n_steps + 63) / 64;
	find_classes(regex);
	regex->sets = calloc((size_t)MAX_STATES * regex->n_words, sizeof(*regex->sets));
	regex->next = malloc((size_t)MAX_STATES * regex->n_classes);
	regex->work = calloc((size_t)3 * regex->n_words, sizeof(*regex->work));
	regex->stack = calloc(n_steps, sizeof(*regex->stack));
	if (!regex->sets || !regex->next || !regex->work || !regex->stack)
		return -ENOMEM;
	make_start(regex);
	return 0;
}

int regex_compile(const char *pattern, size_t len, struct regex **out, struct err *err)
{
	struct regex *regex = calloc(1, sizeof(*regex));
	int r;

	if (!regex)
		return -ENOMEM;
	r = regex_parse(pattern, len, &regex->program, err);
	r = r ? r : make_tables(regex);
	if (r) {
		regex_free(regex);
		return r;
	}
	*out = regex;
	return 0;
}
