/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the files of this folder: starve.c decides which runs of a test there are, run.c does one run, fails.c
 * makes allocations fail, files.c watches what processes share, folder.c gives a process files of its own. What all
 * this is for says the head of starve.c.
 *
 * A process that was "split off" is a child made by fork() at an allocation, which fails there while its parent goes
 * on as if nothing had been. The thread that is "starved" is the one that runs the tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DEPTH = 12, MOST_WRONG = 6, MOST_AGAIN = 1 << 14 };

/* Exit statuses of a process that ran a test. Any other status, or a signal, is a crash. */
enum ending {
	ENDED_WELL = 40,
	ENDED_FAILED, /* an assertion failed */
	ENDED_LOSING, /* memory was lost */
	ENDED_SHARING /* it met something shared: not judged, to be run anew */
};

/* A run in which something went wrong. */
struct wrong {
	int status;  /* as wait(2) gives it */
	uint32_t at; /* number of the allocation that failed */
	int does;    /* struct starving's, of the process that ran the test or split there */
};

/* What the processes tell each other, in memory that all of them share. No two of them run at the same time. */
struct told {
	uint32_t n_allocations; /* that the last run to its end made */
	uint64_t used_ns;	/* its processor time */
	uint32_t n_lost;	/* blocks that the last run lost, */
	uint32_t lost;		/* and the number of the allocation that made one of them */
	uint32_t n_wrong;
	struct wrong wrong[MOST_WRONG];	     /* the first of them */
	uint32_t n_failed;		     /* allocations that were made to fail */
	uint32_t split_to;		     /* the last one that a run split at */
	uint32_t n_elsewhere;		     /* allocations of other threads in the last run */
	uint32_t n_failed_elsewhere;	     /* those of them that were made to fail */
	uint32_t n_again, again[MOST_AGAIN]; /* whose process split off met something shared */
	/* The test uses what a process split off would share with its parent; changes_files: files, which it
	 * writes, so that each run needs a folder of its own. */
	bool is_shared, changes_files;
	bool has_folder; /* folder_part() could make one */
};
extern struct told *told;

/* What this process does. */
struct starving {
	bool is_aside;	  /* our own code is running: its allocations neither count nor fail */
	bool is_counting; /* a test is running */
	enum {
		COUNTS,		 /* allocations; none fails */
		SPLITS,		 /* forks at each chosen allocation, which fails in the child */
		FAILS,		 /* allocation number `at` fails */
		FAILS_ELSEWHERE, /* the same, counted in other threads */
		GOES_ON		 /* was split off: its allocation has failed, no other does */
	} does;
	uint32_t n_made; /* the number of the last allocation, from 1 */
	uint32_t at;
	uint32_t first, stride; /* chosen are first, first + stride, ... */
	uint64_t
		ahead_ns; /* processor time after which a process split off ends; 0: with the test */
	uint64_t parted;  /* descriptors below 64 that it has opened anew for itself, a bit each */
	uint32_t
		shown_at; /* this allocation's stack is shown, and that of the failing one; 0: none */
};
extern struct starving now;

/* -- run.c -- */

struct group {
	const struct CMUnitTest *tests;
	CMFixtureFunction set_up; /* NULL: there is none */
};

extern void *shared_state; /* of the group: what its set-up function made */
extern bool has_failed;	   /* an assertion, in the last test that was run in this process */

/* Calls a test, or else a function that sets up or tears down. returns whether it came to its end. */
bool run_function(int (*set_up)(void **), void (*test)(void **), void **state);
/* Runs a test in this process, with what sets it up and tears it down; NULL: the group's set-up function. As
 * run_function. */
bool run_here(const struct group *group, const struct CMUnitTest *test);
/* The same, with whatever `now` says failing, and says how it went. Fills told. */
enum ending run_once(const struct group *group, const struct CMUnitTest *test);
/* The same in a child. returns its status as wait(2) gives it. */
int run_child(const struct group *group, const struct CMUnitTest *test);

/* -- fails.c -- */

/* To be called once, by the program's thread, before anything is to fail. */
void fails_prepare(void);

/* Processor time of this process. */
uint64_t used_ns(void);
/* Waits for the child that runs in place of this process; returns its status. */
int wait_for(int pid);
/* Notes that allocation `at` failed in the process that ended with that status, if that is wrong. */
void note_wrong(int status, uint32_t at);
/* Looks for blocks that the test has lost so far: fills told->n_lost and told->lost. */
void look_for_lost(void);
/* Starts, or stops, the alarm that ends this process when it hangs. */
void be_patient(bool is_running);
/* Whether an allocation made now is one of the test's: on its thread, and not by our own code. */
bool is_starved(void);
/* Ends a process that was split off, before the end of its test: looks for lost memory first. */
__attribute__((noreturn)) void end_split(void);
/* Ends it before it does something that its parent would notice, unjudged: its failure gets a run of its own. */
__attribute__((noreturn)) void end_sharing(void);

/* Gives this process a copy of $TMPDIR and all in it that no other process sees. false: that is not permitted. */
bool folder_part(void);
