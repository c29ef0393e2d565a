/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What fails.c (the allocations) and starve.c (the runs of a test) share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DEPTH = 12,
	MOST_STACKS = 1 << 14,
	MOST_CHOSEN = 1 << 17,
	GLANCES = 1 << 14,
	MOST_WRONG = 6
};

/* How a process that ran a test ends, if nothing is wrong: others it ended otherwise, or a signal did. */
enum ending { ENDED_WELL = 40, ENDED_FAILED, ENDED_LOSING };

/* A process in which something went wrong: the status that wait(2) has of it, which allocation failed, and
 * whether it was split off there. */
struct wrong {
	int status;
	uint32_t at;
	bool is_split;
};

/* A stack of callers, no further than DEPTH frames and but for how often one calls itself. */
struct stack {
	uint64_t hash; /* 0: none */
	uint32_t n_met;
};

/* A cache of stacks. */
struct glance {
	uint64_t hash;
	uint32_t stack;
};

/* What all processes know: in memory that they share. No two of them ever run at the same time. */
struct told {
	uint32_t n_allocations; /* of the last run to its end */
	uint32_t n_lost, lost;	/* the number of one of those allocations */
	uint32_t n_wrong;
	struct wrong wrong[MOST_WRONG]; /* the first of them */
	bool has_threads;
	uint32_t n_chosen, n_failed; /* to fail, and how many of them did */
	uint32_t chosen[MOST_CHOSEN];
	uint32_t n_stacks;
	struct stack stacks[MOST_STACKS * 2]; /* a hash table */
	struct glance glances[GLANCES];
};
extern struct told *told;

/* What this process is up to. */
struct starving {
	bool is_aside;	  /* inside of these files: nothing counts */
	bool is_counting; /* a test is running */
	enum {
		CHOOSES, /* which are to fail */
		SPLITS,	 /* at each of those */
		FAILS,	 /* one of them, `at` */
		GOES_ON	 /* after one has failed, to allocation `ends_at` at most */
	} does;
	uint32_t n_made; /* the number of the last allocation, from 1 */
	uint32_t at, ends_at;
	uint64_t
		parted; /* file numbers below 64 that a split process has opened anew, a bit each */
	uint32_t shown_at; /* its stack is shown, and that of the one that fails; 0: none */
};
extern struct starving now;

/* To be called once, by the program's thread, before anything is to fail. */
void fails_prepare(void);

/* Waits for the child that runs in place of this process; returns its status. */
int wait_for(int pid);
/* Notes that allocation `at` failed in the process that ended with that status, if that is wrong. */
void note_wrong(int status, uint32_t at);
/* Fills told's n_lost and lost. */
void look_for_lost(void);
/* Whoever hangs is ended. */
void be_patient(bool is_running);
/* Not inside of these files, and on the thread that is starved. */
bool is_starved(void);
/* Ends a process that was split off, once it has looked for what it lost. */
__attribute__((noreturn)) void end_split(void);
