/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What fails.c (the allocations) and starve.c (the runs of a test) share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEPTH = 12, MOST_PLACES = 1 << 14, GLANCES = 1 << 14, MOST_WRONG = 6 };

/* How a process that ran a test ends, if nothing is wrong: others it ended otherwise, or a signal did. */
enum ending { ENDED_WELL = 40, ENDED_FAILED, ENDED_LOSING, ENDED_CUT };

/* A process in which something went wrong: the status that wait(2) has of it, and what had failed in it. */
struct wrong {
	int status;
	uint32_t n, failed[MOST_PLACES];
};

/* What all processes know: in memory that they share. No two of them ever run at the same time. */
struct told {
	uint32_t n_cut;		      /* processes */
	uint32_t n_allocations;	      /* of the last run to its end */
	uint32_t n_lost, lost;	      /* the number of one of those allocations */
	uint32_t n_failed;	      /* in the process that runs, or ended last */
	uint32_t failed[MOST_PLACES]; /* their numbers */
	uint32_t n_tried;	      /* by all processes */
	uint32_t n_wrong;	      /* likewise; the first of them: */
	struct wrong wrong[MOST_WRONG];
	bool has_threads;
	uint64_t n_places, places[MOST_PLACES * 2]; /* a hash table */
	uint64_t glances[GLANCES];		    /* a cache */
};
extern struct told *told;

/* What this process is up to. */
struct starving {
	bool is_aside;	  /* inside of these files: nothing counts */
	bool is_counting; /* a test is running */
	bool fails_new;	  /* in every new place */
	bool forks;	  /* and another process goes on without that failure */
	const uint32_t *listed;
	uint32_t n_listed;    /* these allocations fail, in rising order */
	uint32_t n_made;      /* the number of the last one, from 1 */
	uint32_t share, turn; /* of the places every share-th fails: today the turn-th */
	uint64_t until_ns;    /* of clock_ns: the process is cut short then; 0: never */
	uint32_t shown_at;    /* its stack is shown, and that of the last that fails; 0: none */
};
extern struct starving now;

/* To be called once, by the program's thread, before anything is to fail. */
void fails_prepare(void);

/* Waits for the child that runs in place of this process; returns its status. */
int wait_for(int pid);
/* Notes what had failed in the process that ended with that status, if that is wrong. */
bool note_wrong(int status);
uint64_t clock_ns(void);
/* Whoever hangs is ended. */
void be_patient(bool is_running);
