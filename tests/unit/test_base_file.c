/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files, the log, errors and the clock. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "tests/unit/folder.h"
#include "tests/unit/starved.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;

static int make_folder(void **state)
{
	(void)state;
	folder = own_folder();
	return folder ? 0 : -1;
}

static size_t files_in_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void assert_contents(const char *path, const char *expected)
{
	SCOPED(buf) got = {0};

	assert_int_equal(file_read(path, 1 << 20, &got), 0);
	assert_string_equal(buf_text(&got), expected);
}

static void replaces_and_reads(void **state)
{
	const char *path = in_folder("a");

	(void)state;
	assert_int_equal(file_replace(path, "one", 3, NULL), 0);
	assert_contents(path, "one");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(file_replace(path, "second", 6, NULL), 0);
	assert_contents(path, "second");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(files_in_folder(), 1);
	unlink(path);
}

static void new_files_obey_the_umask(void **state)
{
	const char *path = in_folder("u");
	mode_t before = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(file_replace(path, "x", 1, NULL), 0);
	umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	unlink(path);
}

static void links_are_followed(void **state)
{
	const char *target = in_folder("target"), *via = in_folder("link");
	struct stat st;

	(void)state;
	assert_int_equal(file_replace(target, "old", 3, NULL), 0);
	assert_int_equal(symlink("target", via), 0);
	assert_int_equal(file_replace(via, "new", 3, NULL), 0);
	assert_contents(target, "new");
	assert_int_equal(lstat(via, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(via);
	unlink(target);
}

static void failures_leave_nothing_behind(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(file_replace(in_folder("no/such"), "x", 1, &err), -ENOENT);
	assert_int_equal(err.code, -ENOENT);
	assert_non_null(strstr(err.text, "no/such': no such file"));
	assert_int_equal(file_replace("/dev/null", "x", 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_int_equal(file_replace(folder, "x", 1, &err), -EINVAL);
	assert_int_equal(files_in_folder(), 0);
}

static void only_regular_files_are_removed(void **state)
{
	const char *pipe = in_folder("pipe");

	(void)state;
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(file_remove(pipe), -EINVAL);
	assert_int_equal(file_remove(folder), -EINVAL);
	assert_int_equal(unlink(pipe), 0);
	assert_int_equal(file_remove(pipe), 0);
	assert_int_equal(file_replace(pipe, "x", 1, NULL), 0);
	assert_int_equal(file_remove(pipe), 0);
	assert_int_equal(files_in_folder(), 0);
}

static void reading_has_a_limit(void **state)
{
	const char *path = in_folder("big");
	SCOPED(buf) out = {0};

	(void)state;
	assert_int_equal(file_replace(path, "12345", 5, NULL), 0);
	buf_adds(&out, ">");
	assert_int_equal(file_read(path, 4, &out), -EFBIG);
	assert_string_equal(buf_text(&out), ">");
	assert_int_equal(file_read(path, 5, &out), 0);
	assert_string_equal(buf_text(&out), ">12345");
	assert_int_equal(file_read(in_folder("none"), 5, &out), -ENOENT);
	assert_int_equal(file_read(folder, 5, &out), -EISDIR);
	unlink(path);
}

/* Every reading in between is the whole old or the whole new text. */
static void *read_until_done(void *ctx)
{
	const char *path = ctx;
	size_t torn = 0;

	for (;;) {
		SCOPED(buf) got = {0};

		if (file_read(path, 1 << 20, &got) < 0 || got.len < 2)
			return (void *)(torn + 1);
		for (size_t i = 1; i < got.len; i++)
			torn += got.at[i] != got.at[0];
		torn += got.len != 30000;
		if (got.at[0] == 'Z')
			return (void *)torn;
	}
}

static void readers_see_old_or_new(void **state)
{
	char path[384], text[30000];
	pthread_t reader;
	void *torn;

	(void)state;
	snprintf(path, sizeof(path), "%s", in_folder("atomic"));
	memset(text, 'A', sizeof(text));
	assert_int_equal(file_replace(path, text, sizeof(text), NULL), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_until_done, path), 0);
	for (int i = 0; i < (int)unless_starved(300, 10); i++) {
		memset(text, 'a' + i % 26, sizeof(text));
		assert_int_equal(file_replace(path, text, sizeof(text), NULL), 0);
	}
	memset(text, 'Z', sizeof(text));
	assert_int_equal(file_replace(path, text, sizeof(text), NULL), 0);
	pthread_join(reader, &torn);
	assert_null(torn);
	unlink(path);
}

static void writing_to_nobody_is_an_error(void **state)
{
	int ends[2];
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(file_write_all(ends[1], "x", 1), 0);
	close(ends[0]);
	assert_int_equal(file_write_all(ends[1], "x", 1), -EPIPE);
	close(ends[1]);
	signal(SIGPIPE, before);
}

static const struct log_line *logged(size_t i)
{
	assert_non_null(log_line(i));
	return log_line(i);
}

static void log_keeps_the_last_lines(void **state)
{
	(void)state;
	clock_hold(1, 42);
	for (int i = 0; i < LOG_LINES + 10; i++)
		log_add(LOG_INFO, "line %d", i);
	assert_string_equal(logged(0)->text, "line 265");
	assert_string_equal(logged(LOG_LINES - 1)->text, "line 10");
	assert_null(log_line(LOG_LINES));
	assert_true(logged(0)->wall_ns == 42);
	clock_free_run();
}

static void log_lines_are_tame_and_cut(void **state)
{
	char text[1000];

	(void)state;
	log_add(LOG_WARN, "libbpf: map '\x1b[2J': failed\nsecond\n\n");
	assert_string_equal(logged(0)->text, "second");
	assert_string_equal(logged(1)->text, "libbpf: map '\\x1b[2J': failed");
	assert_int_equal(logged(1)->level, LOG_WARN);
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "日", 3);
	text[999] = '\0';
	log_add(LOG_INFO, "%s", text);
	size_t len = strlen(logged(0)->text);
	assert_in_range(len, LOG_LINE_BYTES - 4, LOG_LINE_BYTES - 1);
	assert_int_equal(utf8_whole(logged(0)->text, len), len);
	assert_int_equal(utf8_columns(logged(0)->text, len), len / 3 * 2);
}

static void errors_are_one_sentence(void **state)
{
	struct err err = {0};
	char text[ERR_TEXT_BYTES * 2];

	(void)state;
	assert_int_equal(err_set(&err, -EACCES, "could not open \"%s\"", "x"), -EACCES);
	assert_string_equal(err.text, "could not open \"x\"");
	assert_int_equal(err.column, 0);
	assert_int_equal(err_at(&err, 7, "expected a number"), -EINVAL);
	assert_int_equal(err.column, 7);
	assert_int_equal(err_set(NULL, -ENOENT, "nobody asks"), -ENOENT);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&err, -EIO, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
}

static void words_for_codes(void **state)
{
	(void)state;
	assert_string_equal(err_words(-EPERM), "operation not permitted");
	assert_string_equal(err_words(ENOENT), "no such file or directory");
	assert_string_equal(err_words(-ENOTSUP), "operation not supported");
	assert_string_equal(err_words(-524), "not supported by this kernel");
	assert_string_equal(err_words(-99999), "error 99999");
	const char *perm = err_words(-EPERM); /* two in one sentence */
	assert_ptr_not_equal(perm, err_words(-ENOENT));
}

static void held_clock(void **state)
{
	SCOPED(buf) out = {0};

	(void)state;
	clock_hold(5, UINT64_C(1795269731123456789));
	assert_true(clock_now_ns() == 5 && clock_boot_ns() == 5);
	clock_rfc3339(&out, clock_wall_ns());
	assert_string_equal(buf_text(&out), "2026-11-21T14:02:11.123456789Z");
	buf_clear(&out);
	clock_rfc3339_s(&out, clock_wall_at_boot_ns(clock_boot_ns() + UINT64_C(900000000)));
	assert_string_equal(buf_text(&out), "2026-11-21T14:02:12Z");
	buf_clear(&out);
	setenv("TZ", "Asia/Tokyo", 1);
	clock_hms(&out, clock_wall_ns());
	assert_string_equal(buf_text(&out), "14:02:11");
	clock_free_run();
	uint64_t first = clock_now_ns();
	assert_true(first > 5 && clock_now_ns() >= first && clock_boot_ns() >= first);
	unsetenv("TZ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_and_reads),
		cmocka_unit_test(new_files_obey_the_umask),
		cmocka_unit_test(links_are_followed),
		cmocka_unit_test(failures_leave_nothing_behind),
		cmocka_unit_test(only_regular_files_are_removed),
		cmocka_unit_test(reading_has_a_limit),
		cmocka_unit_test(readers_see_old_or_new),
		cmocka_unit_test(writing_to_nobody_is_an_error),
		cmocka_unit_test(log_keeps_the_last_lines),
		cmocka_unit_test(log_lines_are_tame_and_cut),
		cmocka_unit_test(errors_are_one_sentence),
		cmocka_unit_test(words_for_codes),
		cmocka_unit_test(held_clock),
	};

	return cmocka_run_group_tests(tests, make_folder, NULL);
}
