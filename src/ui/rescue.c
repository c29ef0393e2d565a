/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything a handler needs is computed beforehand: it may only call write, tcsetattr, sigaction and
 * raise (signal-safety(7)). The handler that was there before (a sanitizer's, say) is put back and the
 * signal raised again, so that a crash is still a crash. */
#include "ui/rescue.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/tidy.h"

/* What ends a program unasked: its own faults, and what others send. Those that ask it to end are the
 * driver's (base/stop). */
static const int crash_signals[] = {
	SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGSYS,  SIGTRAP,	 SIGQUIT, SIGALRM,
	SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGIO,   SIGPROF, SIGVTALRM, SIGPWR,  SIGSTKFLT,
};

static struct {
	volatile sig_atomic_t is_armed;
	int fd;
	struct termios modes;
	char leave[RESCUE_BYTES];
	size_t n;
	struct sigaction before[ARRAY_LEN(crash_signals)];
} rescue;

static void put_handlers_back(void)
{
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++)
		sigaction(crash_signals[i], &rescue.before[i], NULL);
}

static void on_crash(int signal_number)
{
	if (rescue.is_armed) {
		rescue.is_armed = 0;
		/* Nothing can be done about a failure here. */
		if (write(rescue.fd, rescue.leave, rescue.n) < 0)
			rescue.n = 0;
		tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
	}
	put_handlers_back();
	raise(signal_number);
}

void rescue_arm(int fd, const char *leave, size_t n, const struct termios *modes)
{
	struct sigaction act = {.sa_handler = on_crash, .sa_flags = SA_NODEFER | SA_ONSTACK};

	rescue.fd = fd;
	rescue.modes = *modes;
	rescue.n = MIN_OF(n, sizeof(rescue.leave));
	memcpy(rescue.leave, leave, rescue.n);
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++) {
		sigaction(crash_signals[i], &act, &rescue.before[i]);
		if (rescue.before[i].sa_handler == SIG_IGN)
			sigaction(crash_signals[i], &rescue.before[i], NULL);
	}
	rescue.is_armed = 1;
}

void rescue_disarm(void)
{
	if (!rescue.is_armed)
		return;
	rescue.is_armed = 0;
	put_handlers_back();
}
