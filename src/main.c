// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Options, mode, exit status; prints the one error. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "app/config.h"
#include "app/options.h"
#include "app/rows.h"
#include "app/say.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"

static int print(const struct buf *text, struct err *err)
{
	int r = text->failed ? -ENOMEM : file_write_all(STDOUT_FILENO, buf_text(text), text->len);

	rows_tell_unwritten(r, err);
	return r < 0 && r != -EPIPE ? EXIT_FAILED : EXIT_DONE;
}

static void say_fault(void *unused, const struct err *fault)
{
	(void)unused;
	say("%s", fault->text);
}

/* What is in force, also where the rest has faults. */
static int print_config(const struct options *options, struct err *err)
{
	struct config *config;
	unsigned n_faults = config_load(&config, say_fault, NULL);
	SCOPED(buf) out = {0};
	int status = EXIT_FAILED;

	if (config) {
		config_bind_keys(config, say_fault, NULL);
		if (config_print(config, options, &out) == 0)
			status = print(&out, err);
	}
	config_free(config);
	return n_faults ? EXIT_FAILED : status;
}

/* --help, --version, --man and --print-config. */
static int tell(const struct options *options, struct err *err)
{
	SCOPED(buf) out = {0};

	if (options->wants_version)
		buf_addf(&out, "bpfmaptop %s\n", VERSION);
	else if (options->wants_manual)
		options_manual(&out);
	else if (options->wants_config)
		return print_config(options, err);
	else if (options_help(options->help_topic, &out, err) < 0)
		return EXIT_USAGE;
	return print(&out, err);
}

int main(int argc, char **argv)
{
	struct options options;
	struct err err = {0};
	int status;

	/* Text is bytes and UTF-8; numbers never depend on the locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of files is told like a full disk */
	if (options_parse(&options, argc, argv, &err) < 0)
		status = EXIT_USAGE;
	else if (options.help_topic || options.wants_version || options.wants_manual ||
		 options.wants_config)
		status = tell(&options, &err);
	else
		status = options.command->run(&options, &err);
	if (status != EXIT_DONE && err.text[0])
		say("%s", err.text);
	return status;
}
