/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What fails.c (the allocations), files.c, folder.c and starve.c (the runs of a test) share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEPTH = 12, MOST_WRONG = 6, MOST_AGAIN = 1 << 14 };

/* How a process that ran a test ends, if nothing is wrong: others it ended otherwise, or a signal did. */
enum ending { ENDED_WELL = 40, ENDED_FAILED, ENDED_LOSING, ENDED_SHARING };

/* A process in which something went wrong: the status that wait(2) has of it, which allocation failed, and what
 * the process was up to that ran the test, or split there. */
struct wrong {
	int status;
	uint32_t at;
	int does;
};

/* What all processes know: in memory that they share. No two of them ever run at the same time. */
struct told {
	uint32_t n_allocations; /* of the last run to its end */
	uint64_t used_ns;	/* its processor time */
	uint32_t n_lost, lost;	/* the number of one of those allocations */
	uint32_t n_wrong;
	struct wrong wrong[MOST_WRONG]; /* the first of them */
	uint32_t n_failed, split_to;	/* how many did fail; the last one that a run split at */
	uint32_t n_elsewhere,
		n_failed_elsewhere; /* of other threads: in the last run; those that failed */
	uint32_t n_again, again[MOST_AGAIN]; /* those after which something shared was met */
	/* What the test does to what a process split off would share with the one that goes on. */
	bool is_shared, changes_files;
	bool has_folder; /* what folder_part() said */
};
extern struct told *told;

/* What this process is up to. */
struct starving {
	bool is_aside;	  /* inside of these files: nothing counts */
	bool is_counting; /* a test is running */
	enum {
		COUNTS,		 /* and none fails */
		SPLITS,		 /* at each that is chosen */
		FAILS,		 /* one of them, `at` */
		FAILS_ELSEWHERE, /* the same of other threads */
		GOES_ON		 /* split off, after one has failed */
	} does;
	uint32_t n_made; /* the number of the last allocation, from 1 */
	uint32_t at;
	uint32_t first, stride; /* chosen are first, first + stride, ... */
	uint64_t ahead_ns;	/* how far whoever was split off goes on; 0: to the test's end */
	uint64_t
		parted; /* numbers below 64 of files that a split process has opened anew, a bit each */
	uint32_t shown_at; /* its stack is shown, and that of the one that fails; 0: none */
};
extern struct starving now;

/* To be called once, by the program's thread, before anything is to fail. */
void fails_prepare(void);

/* Processor time of this process. */
uint64_t used_ns(void);
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
/* The same before it does what the one that goes on would notice: to be run anew. */
__attribute__((noreturn)) void end_sharing(void);

/* From here on this process has $TMPDIR and all that is in it for itself. false: it can't be had. */
bool folder_part(void);
