/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is kept from one run to the next: what was typed, how maps were looked at where that is asked for;
 * and what is said where it can't be kept, or a theme of one's own is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"
#include "ptydrive.h"
#include "tests/unit/folder.h"

enum { WAIT_MS = 60000, MAX_BYTES = 1 << 16 };

static const char *folder;
static char config_home[PATH_MAX], state_home[PATH_MAX];

static void start_with(struct pty *pty, const char *option, const char *value)
{
	const char *path = getenv("BPFMAPTOP");
	const char *const argv[] = {path ? path : "build/bpfmaptop", "sim:flows", option, value,
				    NULL};
	const char *const env[] = {"LC_ALL=C.UTF-8", config_home, state_home, NULL};

	assert_int_equal(pty_open(pty, argv, env, 24, 100), 0);
	assert_true(pty_wait_text(pty, "LIVE", WAIT_MS));
}

static void start(struct pty *pty, const char *option)
{
	start_with(pty, option, NULL);
}

static void leave(struct pty *pty, int status)
{
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), status);
	pty_close(pty);
}

static void make(const char *name, const char *text)
{
	SCOPED(buf) path = {0};

	buf_addf(&path, "mkdir -p $(dirname %s/%s)", folder, name);
	assert_int_equal(system(buf_text(&path)), 0);
	buf_clear(&path);
	buf_addf(&path, "%s/%s", folder, name);
	assert_int_equal(file_replace(buf_text(&path), text, strlen(text), NULL), 0);
}

static void read_back(const char *name, struct buf *out)
{
	SCOPED(buf) path = {0};

	buf_addf(&path, "%s/%s", folder, name);
	buf_clear(out);
	assert_int_equal(file_read(buf_text(&path), MAX_BYTES, out), 0);
}

/* Two runs at once: the one that ends last doesn't forget what the other one typed. */
static void what_was_typed_comes_back(void **state)
{
	struct pty first, second;
	SCOPED(buf) text = {0};

	(void)state;
	make("state/bpfmaptop/history", "filter dport == 1\nno prompt\nfilter \x1b[31m\n");
	start(&first, NULL);
	start(&second, NULL);
	pty_send(&first, "/dport == 53\r");
	assert_true(pty_wait_text(&first, "/ dport == 53", WAIT_MS));
	pty_send(&second, "/dport == 22\r");
	assert_true(pty_wait_text(&second, "/ dport == 22", WAIT_MS));
	leave(&second, 0);
	leave(&first, 0);
	read_back("state/bpfmaptop/history", &text);
	assert_string_equal(buf_text(&text),
			    "filter dport == 1\nfilter dport == 22\nfilter dport == 53\n");
	start(&first, NULL);
	pty_send(&first, "/");
	pty_key(&first, VTERM_KEY_UP);
	assert_true(pty_wait_text(&first, "/ dport == 53", WAIT_MS));
	pty_key(&first, VTERM_KEY_UP);
	assert_true(pty_wait_text(&first, "/ dport == 22", WAIT_MS));
	pty_send(&first, "\x03");
	assert_true(pty_wait_gone(&first, "/ dport == 22", WAIT_MS));
	leave(&first, 0);
}

static void the_view_is_saved_on_exit_if_asked(void **state)
{
	struct pty pty;
	SCOPED(buf) text = {0};

	(void)state;
	make("config/bpfmaptop/config.json", "{\"save_on_exit\": false}");
	start(&pty, NULL);
	pty_send(&pty, "z");
	assert_true(pty_wait_text(&pty, "zero rows are hidden", WAIT_MS));
	leave(&pty, 0);
	read_back("config/bpfmaptop/config.json", &text);
	assert_string_equal(buf_text(&text), "{\"save_on_exit\": false}");
	start(&pty, "--save-on-exit");
	pty_send(&pty, "z");
	assert_true(pty_wait_text(&pty, "zero rows are hidden", WAIT_MS));
	leave(&pty, 0);
	start(&pty, NULL);
	assert_true(pty_wait_text(&pty, "zero rows hidden", WAIT_MS));
	leave(&pty, 0);
	make("config/bpfmaptop/config.json", "{\"save_on_exit\": true}");
	start(&pty, NULL);
	leave(&pty, 0);
	read_back("config/bpfmaptop/config.json", &text);
	assert_non_null(strstr(buf_text(&text), "\"theme\""));
	assert_non_null(strstr(buf_text(&text), "\"save_on_exit\":\ttrue"));
}

/* A file stands where the folder should be. */
static void what_cannot_be_saved_is_said(void **state)
{
	struct pty pty;

	(void)state;
	make("blocked", "");
	snprintf(config_home, sizeof(config_home), "XDG_CONFIG_HOME=%s/blocked", folder);
	start(&pty, "--save-on-exit");
	pty_send(&pty, "W");
	assert_true(pty_wait_text(&pty, "cannot look at", WAIT_MS));
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 1);
	assert_true(pty_wait_text(&pty, "bpfmaptop: cannot look at", WAIT_MS));
	pty_close(&pty);
	snprintf(config_home, sizeof(config_home), "XDG_CONFIG_HOME=%s/config", folder);
}

/* A history that is lost is told, but nobody asked for it: it is no failure. While it is told, another ^C
 * changes nothing: what is being ended, ends. */
static void a_lost_history_is_no_failure(void **state)
{
	enum { PIPE_FULL = 1 << 16 };
	const char *path = getenv("BPFMAPTOP");
	const char *const argv[] = {"/bin/sh", "-c", "exec \"$0\" sim:flows 2>\"$FIFO\"",
				    path ? path : "build/bpfmaptop", NULL};
	char fifo[64], env_fifo[80], words[PIPE_FULL + 512];
	const char *const env[] = {"LC_ALL=C.UTF-8", config_home, state_home, env_fifo, NULL};
	struct pty pty;
	ssize_t n;
	int fd;

	(void)state;
	make("blocked", "");
	snprintf(state_home, sizeof(state_home), "XDG_STATE_HOME=%s/blocked", folder);
	snprintf(fifo, sizeof(fifo), "%s/words", folder);
	snprintf(env_fifo, sizeof(env_fifo), "FIFO=%s", fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDWR | O_NONBLOCK);
	assert_true(fd >= 0);
	memset(words, '.', sizeof(words));
	assert_int_equal(write(fd, words, PIPE_FULL), PIPE_FULL); /* its words have no room yet */
	assert_int_equal(pty_open(&pty, argv, env, 24, 100), 0);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	pty_send(&pty, "/udp\r\x03");
	assert_true(pty_wait_gone(&pty, "LIVE", WAIT_MS));
	assert_int_equal(kill(pty.pid, SIGINT), 0);
	assert_int_equal(read(fd, words, PIPE_FULL), PIPE_FULL);
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	n = read(fd, words, sizeof(words) - 1);
	assert_true(n > 0);
	words[n] = '\0';
	assert_non_null(strstr(words, "bpfmaptop: what was typed is not kept: "));
	close(fd);
	pty_close(&pty);
	snprintf(state_home, sizeof(state_home), "XDG_STATE_HOME=%s/state", folder);
}

/* The key steps over the broken one and says where its fault is. */
static void a_broken_theme_is_no_end(void **state)
{
	struct pty pty;

	(void)state;
	make("config/bpfmaptop/config.json", "{\"theme\": \"solarized-light\"}");
	make("config/bpfmaptop/themes/a-torn.json", "{\n \"rolls\": {}}");
	make("config/bpfmaptop/themes/b-dusk.json", "{\"inherits\": \"dark\"}");
	start(&pty, NULL);
	pty_send(&pty, "t");
	assert_true(pty_wait_text(&pty, "themes/a-torn.json", WAIT_MS));
	pty_send(&pty, "T");
	assert_true(pty_wait_text(&pty, "> b-dusk  (own)", WAIT_MS));
	pty_key(&pty, VTERM_KEY_UP);
	assert_true(pty_wait_text(&pty, "> a-torn  (own)", WAIT_MS));
	assert_true(pty_wait_text(&pty, "'rolls' means nothing in a theme", WAIT_MS));
	pty_send(&pty, "q");
	leave(&pty, 0);
}

/* The rest of a configuration holds, and each fault can be read. */
static void faults_are_told_one_by_one(void **state)
{
	static const char faulty[] = "{\"interval\": 7,\n\"colour\": 1,\n\"maps\": {\"flows\": "
				     "{\"colums\": \"\"}},\n\"keys\": {\"pause\": \"x\"}}";
	SCOPED(buf) text = {0};
	struct pty pty;

	(void)state;
	make("config/bpfmaptop/config.json", faulty);
	start(&pty, NULL);
	assert_true(pty_wait_text(&pty, "the configuration has 3 faults", WAIT_MS));
	assert_true(pty_wait_text(&pty, "every 7.0s", WAIT_MS));
	pty_send(&pty, "l");
	assert_true(pty_wait_text(&pty, "\"colour\" means nothing: line 2", WAIT_MS));
	assert_true(pty_wait_text(&pty, "has \"colums\", which means nothing: line 3", WAIT_MS));
	assert_true(pty_wait_text(&pty, "'cpus' has no key any more: x is for 'pause'", WAIT_MS));
	pty_send(&pty, "l");
	pty_send(&pty, "W");
	assert_true(pty_wait_text(&pty, "has a fault; mend it first", WAIT_MS));
	leave(&pty, 0);
	read_back("config/bpfmaptop/config.json", &text);
	assert_string_equal(buf_text(&text), faulty);
}

/* Its rows are red on the screen: the name of the map is text in the role that the theme colours. */
static void must_be_red(struct pty *pty)
{
	VTermScreenCell cell;
	VTermPos at = {.row = 1, .col = 1};

	assert_true(vterm_screen_get_cell(pty->screen, at, &cell));
	vterm_screen_convert_color_to_rgb(pty->screen, &cell.fg);
	assert_int_equal(cell.fg.rgb.red, 0xff);
	assert_int_equal(cell.fg.rgb.green, 0);
}

/* A theme that was given by a path is found again, wherever the next run begins, and by the picker that is
 * left with Esc. */
static void a_theme_is_kept_by_its_path(void **state)
{
	static const char red[] = "{\"roles\": {\"title\": {\"ink\": \"#ff0000\"}}}";
	char here[PATH_MAX];
	SCOPED(buf) text = {0}, path = {0};
	struct pty pty;

	(void)state;
	make("config/bpfmaptop/config.json", "{}");
	make("red.json", red);
	buf_addf(&path, "%s/red.json", folder);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(folder), 0);
	start_with(&pty, "--theme", "./red.json");
	assert_int_equal(chdir(here), 0);
	must_be_red(&pty);
	pty_send(&pty, "T");
	assert_true(pty_wait_text(&pty, "themes", WAIT_MS));
	assert_true(pty_wait_text(&pty, "> red.json  (own)", WAIT_MS));
	pty_key(&pty, VTERM_KEY_HOME);
	assert_true(pty_wait_text(&pty, "> default", WAIT_MS));
	pty_send(&pty, "q");
	assert_true(pty_wait_gone(&pty, "> default", WAIT_MS));
	must_be_red(&pty);
	/* And by the key that goes round. */
	pty_send(&pty, "t");
	assert_true(pty_wait_text(&pty, "theme 'default'", WAIT_MS));
	pty_send(&pty, ":theme b-dusk\r");
	pty_send(&pty, "t");
	assert_true(pty_wait_text(&pty, "theme 'red'", WAIT_MS));
	must_be_red(&pty);
	pty_send(&pty, "W");
	assert_true(pty_wait_text(&pty, "saved to", WAIT_MS));
	leave(&pty, 0);
	read_back("config/bpfmaptop/config.json", &text);
	assert_non_null(strstr(buf_text(&text), buf_text(&path)));
	start(&pty, NULL);
	must_be_red(&pty);
	leave(&pty, 0);
	/* A path in the file is seen from the file's folder. */
	make("config/bpfmaptop/config.json", "{\"theme\": \"../../red.json\"}");
	start(&pty, NULL);
	must_be_red(&pty);
	leave(&pty, 0);
}

static int set_up(void **state)
{
	(void)state;
	if (!(folder = own_folder()))
		return -1;
	snprintf(config_home, sizeof(config_home), "XDG_CONFIG_HOME=%s/config", folder);
	snprintf(state_home, sizeof(state_home), "XDG_STATE_HOME=%s/state", folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_typed_comes_back),
		cmocka_unit_test(the_view_is_saved_on_exit_if_asked),
		cmocka_unit_test(what_cannot_be_saved_is_said),
		cmocka_unit_test(a_lost_history_is_no_failure),
		cmocka_unit_test(a_broken_theme_is_no_end),
		cmocka_unit_test(faults_are_told_one_by_one),
		cmocka_unit_test(a_theme_is_kept_by_its_path),
	};

	return cmocka_run_group_tests_name("kept", tests, set_up, NULL);
}
