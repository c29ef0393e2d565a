/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One connection after the other, each a process of ssh with our tape's pipe as its stdout.
 *
 * Where the screen is, ssh is started in a session of its own, which has no terminal, so that it can't write
 * over the screen; what it has to say on stderr becomes our sentence. A connection is lost when its tape
 * ends, whatever way, and when nothing came for so long that it can't be for lack of readings. */
#include "read/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "read/replay.h"
#include "read/replay_state.h"

#define RETRY_NS     1000000000ull /* from a first failure to the next try */
#define RETRY_MAX_NS 30000000000ull
#define SECOND_NS    1000000000ull
#define SILENT_NS    15000000000ull /* nothing for this long, and five intervals: lost */
#define SAYS_NS	     200000000ull   /* what ssh has to say of its end comes within this */

enum { SAID_BYTES = 512, SILENT_INTERVALS = 5 };

extern char **environ;

struct remote {
	char *host, *map;	/* owned */
	char *quoted;		/* owned: map as the other end's shell takes it */
	char *text;		/* owned: as it was typed */
	char interval[32];	/* seconds between readings there; "": as that host has it */
	pid_t pid;		/* of ssh; 0: none */
	int said_fd;		/* its stderr, -1: none */
	struct buf said;	/* the end of what it wrote there */
	struct source *tape;	/* owned */
	uint64_t n_came, at_ns; /* bytes of this connection; when that changed last */
	uint64_t ended_ns;	/* when the tape was seen to be over; 0: it isn't */
	uint64_t retry_ns;	/* when to try again, while there is no ssh */
	uint32_t n_readings;	/* before this connection */
	uint64_t wait_ns;	/* from the last failure to the next try; 0: none since a reading */
	struct err fault;	/* of the last failure */
	bool is_lost;
};

/* -- words -- */

/* ssh hands its arguments to a shell there, joined by spaces. */
static int quote(const char *word, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./:@%+=,-";

	if (word[strspn(word, plain)] == '\0') {
		buf_adds(out, word);
		return out->failed ? -ENOMEM : 0;
	}
	buf_addc(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *word);
	buf_addc(out, '\'');
	return out->failed ? -ENOMEM : 0;
}

/* The colon behind the host; those within brackets belong to an address. */
static const char *colon_of(const char *text)
{
	size_t n = strcspn(text, "[:");
	const char *end = text[n] == '[' ? strchr(text, ']') : text + n;

	return end ? strchr(end, ':') : NULL;
}

/* ssh takes addresses without their brackets. */
static char *host_of(const char *text, const char *colon)
{
	SCOPED(buf) host = {0};

	for (; text < colon; text++)
		if (*text != '[' && *text != ']')
			buf_addc(&host, *text);
	return host.failed ? NULL : strdup(buf_text(&host));
}

static int split(struct remote *remote, const char *text, struct err *err)
{
	const char *colon = colon_of(text);
	SCOPED(buf) map = {0};

	if (!colon || colon == text || !colon[1])
		return err_set(err, -EINVAL,
			       "'ssh:%s' names no host and map; it takes both: 'ssh:web1:flows'",
			       text);
	if (*text == '-' || colon[1] == '-')
		return err_set(err, -EINVAL, "in 'ssh:%s', neither host nor map may begin by '-'",
			       text);
	remote->text = strdup(text);
	remote->host = host_of(text, colon);
	remote->map = strdup(colon + 1);
	if (quote(colon + 1, &map) == 0)
		remote->quoted = strdup(buf_text(&map));
	return remote->text && remote->host && remote->map && remote->quoted
		       ? 0
		       : err_set(err, -ENOMEM, "out of memory for 'ssh:%s'", text);
}

/* -- the process -- */

static int spawn(struct remote *remote, int out_fd, int said_fd, bool may_ask)
{
	char *argv[] = {"ssh",		remote->host, "bpfmaptop", "record", "-",
			remote->quoted, NULL,	      NULL,	   NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int r;

	if (remote->interval[0])
		argv[6] = "-d", argv[7] = remote->interval;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, said_fd, STDERR_FILENO);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
					       (may_ask ? 0 : POSIX_SPAWN_SETSID)));
	r = posix_spawnp(&remote->pid, "ssh", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	if (r != 0)
		remote->pid = 0;
	return -r;
}

/* Starts ssh. The tape's end of its pipe, or -errno. */
static int start(struct remote *remote, bool may_ask)
{
	int out[2], said[2], r;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(said, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = -errno;
		close(out[0]), close(out[1]);
		return r;
	}
	r = spawn(remote, out[1], said[1], may_ask);
	close(out[1]), close(said[1]);
	if (r < 0) {
		close(out[0]), close(said[0]);
		return r;
	}
	remote->said_fd = said[0];
	buf_clear(&remote->said);
	remote->n_came = 0;
	remote->at_ns = clock_now_ns();
	return out[0];
}

/* Keeps the end of it. */
static void hear(struct remote *remote)
{
	char bytes[SAID_BYTES];
	ssize_t n;

	while (remote->said_fd >= 0 && (n = read(remote->said_fd, bytes, sizeof(bytes))) > 0) {
		if (remote->said.len + (size_t)n > sizeof(bytes))
			buf_clear(&remote->said);
		buf_add(&remote->said, bytes, (size_t)n);
	}
}

static void stop(struct remote *remote)
{
	if (remote->pid) {
		kill(remote->pid, SIGTERM);
		kill(remote->pid, SIGCONT);
		while (waitpid(remote->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	remote->pid = 0;
	hear(remote);
	if (remote->said_fd >= 0)
		close(remote->said_fd);
	remote->said_fd = -1;
}

/* The last line that was said, or what the tape has to say. */
static const char *why(struct remote *remote, const char *otherwise)
{
	struct buf *said = &remote->said;
	const char *line;

	hear(remote);
	while (said->len && (uint8_t)said->at[said->len - 1] <= ' ')
		buf_cut(said, said->len - 1);
	line = strrchr(buf_text(said), '\n');
	line = line ? line + 1 : buf_text(said);
	/* It may come from whoever answers there, and goes to a terminal. */
	for (size_t i = 0; i < said->len; i++)
		if ((uint8_t)said->at[i] < ' ' || (uint8_t)said->at[i] > '~')
			said->at[i] = ' ';
	return *line ? line : otherwise;
}

/* Whoever ends the pipe has mostly something to say, and says it before it ends itself. */
static bool has_said(const struct remote *remote)
{
	struct pollfd ends = {.fd = remote->said_fd};

	return poll(&ends, 1, 0) == 1;
}

static void wait_said(const struct remote *remote)
{
	struct pollfd ends = {.fd = remote->said_fd};

	if (remote->said_fd >= 0)
		poll(&ends, 1, SAYS_NS / 1000000);
}

/* -- the connection -- */

struct source *remote_tape(const struct remote *remote)
{
	return remote->tape;
}

const char *remote_host(const struct remote *remote)
{
	return remote->host;
}

const char *remote_map(const struct remote *remote)
{
	return remote->map;
}

static int connect_first(struct remote *remote, bool may_ask, struct err *err)
{
	int r = start(remote, may_ask);
	struct replay *tape;

	if (r < 0)
		return err_set(err, r, "cannot start ssh for 'ssh:%s': %s", remote->text,
			       err_words(r));
	r = source_tape_live(r, remote->text, &remote->tape, err);
	if (r < 0)
		return r;
	tape = replay_of(remote->tape);
	tape->host = strdup(remote->host);
	tape->asked = strdup(remote->map);
	return tape->host && tape->asked ? 0 : err_set(err, -ENOMEM, "out of memory");
}

int remote_start(const char *text, uint64_t interval_ns, bool may_ask, struct remote **out,
		 struct err *err)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	int r;

	if (!remote)
		return err_set(err, -ENOMEM, "out of memory for 'ssh:%s'", text);
	remote->said_fd = -1;
	if (interval_ns)
		snprintf(remote->interval, sizeof(remote->interval), "%.9g",
			 (double)interval_ns / 1e9);
	r = split(remote, text, err);
	if (r == 0)
		r = connect_first(remote, may_ask, err);
	if (r < 0)
		remote_free(remote);
	else
		*out = remote;
	return r;
}

int remote_await(struct remote *remote, struct err *err)
{
	struct err fault = {0};
	int r = replay_wait_first(remote->tape, &fault);

	if (r == 0)
		return 0;
	wait_said(remote);
	return err_set(err, r, "no recording of 'ssh:%s': %s", remote->text,
		       why(remote, fault.text));
}

/* Nothing came, and nothing waits to be taken. */
static bool is_silent(struct remote *remote, const struct replay *tape, uint64_t now_ns)
{
	uint64_t n = tape->reader.at + tape->reader.have + tape->n_magic;
	uint64_t patience = MAX_OF(SILENT_NS, SILENT_INTERVALS * tape->head.interval_ns);
	struct pollfd ready = {.fd = tape->files->fd, .events = POLLIN};

	if (n == remote->n_came && now_ns - remote->at_ns > patience && poll(&ready, 1, 0) == 0)
		return true;
	if (n != remote->n_came)
		remote->at_ns = now_ns;
	remote->n_came = n;
	return false;
}

static enum remote_turn lose(struct remote *remote, bool is_silent, uint64_t now_ns,
			     struct err *err)
{
	struct replay *tape = replay_of(remote->tape);
	bool has_begun = tape->n_magic == TAPE_MAGIC_BYTES;
	const char *otherwise = tape->fault.text[0] ? tape->fault.text
				: has_begun	    ? "the recording ended"
						    : "nothing came";

	tape->is_ended = true;
	err_set(&remote->fault, -ENOTCONN, "%s",
		!is_silent  ? why(remote, otherwise)
		: has_begun ? "nothing comes any more"
			    : "no answer");
	stop(remote);
	remote->is_lost = true;
	remote->wait_ns = MIN_OF(MAX_OF(2 * remote->wait_ns, RETRY_NS), RETRY_MAX_NS);
	remote->retry_ns = now_ns + remote->wait_ns;
	err_set(err, -ENOTCONN, "the connection to '%s' is lost: %s", remote->host,
		remote->fault.text);
	return REMOTE_LOST;
}

static enum remote_turn try_again(struct remote *remote, uint64_t now_ns)
{
	int fd;

	remote->retry_ns = now_ns + remote->wait_ns;
	fd = start(remote, false);
	if (fd < 0)
		return REMOTE_SAME;
	remote->n_readings = replay_of(remote->tape)->n_came;
	replay_resume(remote->tape, fd);
	return REMOTE_TRIED;
}

static bool is_over(struct remote *remote, const struct replay *tape, uint64_t now_ns)
{
	if (!tape->is_ended)
		remote->ended_ns = 0;
	else if (!remote->ended_ns)
		remote->ended_ns = now_ns;
	return remote->ended_ns && (has_said(remote) || now_ns - remote->ended_ns > SAYS_NS);
}

enum remote_turn remote_turn(struct remote *remote, uint64_t now_ns, struct err *err)
{
	const struct replay *tape = replay_of(remote->tape);
	bool silent;

	hear(remote);
	if (!remote->pid)
		return now_ns >= remote->retry_ns ? try_again(remote, now_ns) : REMOTE_SAME;
	replay_look_for_maps(remote->tape, NULL);
	silent = is_silent(remote, tape, now_ns);
	if (silent || is_over(remote, tape, now_ns))
		return lose(remote, silent, now_ns, err);
	if (tape->n_came == remote->n_readings)
		return REMOTE_SAME;
	remote->wait_ns = 0;
	if (!remote->is_lost)
		return REMOTE_SAME;
	remote->is_lost = false;
	return REMOTE_BACK;
}

/* Whole seconds are counted down. */
static uint64_t seconds_left(const struct remote *remote, uint64_t now_ns)
{
	uint64_t left_ns = remote->retry_ns > now_ns ? remote->retry_ns - now_ns : 0;

	return (left_ns + SECOND_NS - 1) / SECOND_NS;
}

uint64_t remote_wakes_ns(const struct remote *remote, uint64_t now_ns)
{
	uint64_t left = seconds_left(remote, now_ns);

	if (!remote->pid)
		return left ? remote->retry_ns - (left - 1) * SECOND_NS : remote->retry_ns;
	return remote->ended_ns ? remote->ended_ns + SAYS_NS : remote->at_ns + SILENT_NS + SAYS_NS;
}

void remote_words(const struct remote *remote, uint64_t now_ns, struct buf *out)
{
	if (remote->pid && !remote->is_lost)
		buf_addf(out, "connecting to '%s'...", remote->host);
	else if (remote->pid)
		buf_addf(out, "%s\ntrying again...", remote->fault.text);
	else
		buf_addf(out, "%s\nnext try in %u s", remote->fault.text,
			 (unsigned)seconds_left(remote, now_ns));
}

bool remote_is_cut(const struct remote *remote)
{
	const struct replay *tape = replay_of(remote->tape);

	return tape->is_ended && !tape->has_end;
}

void remote_free(struct remote *remote)
{
	if (!remote)
		return;
	if (remote->tape)
		remote->tape->ops->free(remote->tape);
	stop(remote);
	buf_release(&remote->said);
	free(remote->host);
	free(remote->map);
	free(remote->quoted);
	free(remote->text);
	free(remote);
}
