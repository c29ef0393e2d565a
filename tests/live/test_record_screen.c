/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* R on the real screen: what is recorded is what was seen, byte for byte, also of what nobody saw while it
 * was paused; and what goes wrong is said while the watch goes on. */
#include "maps.h"
#include "ptydrive.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/num.h"
#include "tests/unit/folder.h"

enum { PATIENCE_MS = 60000, LOOKS = 3, ROWS = 20, COLS = 100 };

static const char *folder;
static const char *program;

/* The status of a command of the shell, in the folder. */
static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *fmt, ...)
{
	char command[4096];
	int n = snprintf(command, sizeof(command), "cd %s; BPFMAPTOP=%s; ", folder, program);
	va_list args;
	int status;

	va_start(args, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, args);
	va_end(args);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void begin(struct pty *pty, const char *arguments)
{
	char command[512];
	const char *const argv[] = {"sh", "-c", command, NULL};

	snprintf(command, sizeof(command), "cd %s; exec %s %s", folder, program, arguments);
	assert_int_equal(pty_open(pty, argv, NULL, ROWS, COLS), 0);
	assert_true(pty_wait_text(pty, "LIVE", PATIENCE_MS));
}

static void end(struct pty *pty)
{
	pty_send(pty, "Q");
	assert_int_equal(pty_wait_exit(pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(pty));
	pty_close(pty);
}

static void asked_and_ended(void **state)
{
	struct pty pty;

	(void)state;
	begin(&pty, "-d 0.1 sim:ports sim:kinds");
	pty_send(&pty, "R");
	assert_true(pty_wait_text(&pty, "record to: ports-20", PATIENCE_MS));
	pty_send(&pty, "a.tape\r");
	assert_true(pty_wait_text(&pty, "recording 2 maps to 'a.tape'; R ends it", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "REC 00:", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "KiB  LIVE", PATIENCE_MS));
	pty_send(&pty, ":record b.tape\r");
	assert_true(pty_wait_text(&pty, "'a.tape' is being recorded", PATIENCE_MS));
	pty_send(&pty, "R");
	assert_true(pty_wait_text(&pty, "readings in 'a.tape', ", PATIENCE_MS));
	assert_true(pty_find(&pty, "REC ") < 0);
	/* What is there is not written over; what can't be made is said. The watch goes on. */
	pty_send(&pty, ":record a.tape\r");
	assert_true(pty_wait_text(&pty, "'a.tape' is there already", PATIENCE_MS));
	pty_send(&pty, ":record nowhere/a.tape\r");
	assert_true(pty_wait_text(&pty, "there is no folder 'nowhere'", PATIENCE_MS));
	pty_send(&pty, "\025record -\r"); /* the line is still to be mended */
	assert_true(pty_wait_text(&pty, "record to a file", PATIENCE_MS));
	/* Whoever quits meanwhile has a whole tape. */
	pty_send(&pty, ":record quit.tape\r");
	assert_true(pty_wait_text(&pty, "KiB  LIVE", PATIENCE_MS));
	end(&pty);
	assert_int_equal(
		run("for t in a quit; do $BPFMAPTOP replay --verify $t.tape >$t.said || exit 1;"
		    " ! grep 'not ended' $t.said && grep 'of 2 maps' $t.said || exit 2; done"
		    " >said; [ $(stat -c %%a a.tape) = 600 ]"),
		0);
}

/* At least so many readings are in the file, and the header has its size: the writer is done with the last of them.
 * One that comes before that is left out. */
static bool has_recorded(struct pty *pty, const void *n_readings)
{
	SCOPED(buf) size = {0};
	char path[512];
	struct stat file;

	if (run("n=$($BPFMAPTOP replay --verify anew.tape | grep -o '[0-9]* readings*' | cut -d' ' "
		"-f1); [ ${n:-0} -ge %d ]",
		*(const int *)n_readings) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/anew.tape", folder);
	assert_int_equal(stat(path, &file), 0);
	num_short(&size, (double)file.st_size, 1024);
	buf_adds(&size, "B  REPLAY");
	return pty_shows(pty, buf_text(&size));
}

/* A tape is watched and recorded anew: every reading of it that was shown is the same one. */
static void of_a_tape(void **state)
{
	enum { N = 7 };
	struct pty pty;

	(void)state;
	assert_int_equal(run("$BPFMAPTOP -d 0.2 -n %d record of.tape sim:ports", N), 0);
	begin(&pty, "sim:kinds file:of.tape");
	pty_send(&pty, "\t");
	assert_true(pty_wait_text(&pty, "REPLAY", PATIENCE_MS));
	pty_send(&pty, "p((((((((((((:record anew.tape\r");
	assert_true(pty_wait_text(&pty, "recording 1 map of '", PATIENCE_MS));
	for (int place = 1; place <= N; place++) {
		char at[32];

		snprintf(at, sizeof(at), "REPLAY %d/%d", place, N);
		assert_true(pty_wait_text(&pty, at, PATIENCE_MS));
		assert_true(pty_wait(&pty, has_recorded, &place, PATIENCE_MS));
		pty_send(&pty, "]");
	}
	pty_send(&pty, "R");
	assert_true(pty_wait_text(&pty, "readings in 'anew.tape'", PATIENCE_MS));
	end(&pty);
	/* How a row came to be is told by readings before, which the new one may not have. It begins with the one that was
	 * shown when it began, which may be of a later place, and may be there again. */
	assert_int_equal(run("$BPFMAPTOP replay --verify anew.tape >said && for t in of anew; do "
			     "$BPFMAPTOP replay -o json -c key,value $t.tape | jq -c '[.reading, "
			     ".entries]' | "
			     "sort -u >$t.rows; done; test -z \"$(comm -13 of.rows anew.rows)\" && "
			     "test $(wc -l <anew.rows) -ge %d",
			     N - 1),
			 0);
}

/* In a namespace of its own, where the disk is small. */
static void on_a_full_disk(void **state)
{
	const char *const argv[] = {
		"unshare",
		"-m",
		"sh",
		"-c",
		"cd $0 && mkdir full && mount -t tmpfs -o size=256k none full && "
		"$1 -d 0.1 sim:flows && $1 replay --verify full/a.tape >verified",
		folder,
		program,
		NULL};
	struct pty pty;

	(void)state;
	if (run("unshare -m mount -t tmpfs none /mnt 2>said") != 0)
		skip(); /* a file system can't be mounted here */
	assert_int_equal(pty_open(&pty, argv, NULL, ROWS, 160), 0);
	assert_true(pty_wait_text(&pty, "LIVE", PATIENCE_MS));
	pty_send(&pty, ":record full/a.tape\r");
	assert_true(pty_wait_text(&pty,
				  "the recording ended: cannot write tape 'full/a.tape': no space "
				  "left on device; what was written before is whole",
				  PATIENCE_MS));
	assert_true(pty_find(&pty, "LIVE") == 0);
	assert_true(pty_find(&pty, "REC ") < 0);
	pty_send(&pty, "Q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	pty_close(&pty);
	assert_int_equal(run("grep -E '^full/a.tape: [1-9][0-9]* readings' verified >said"), 0);
}

/* Seconds for which it records by now, as the header says it. */
static unsigned recorded_for(struct pty *pty)
{
	const char *at = strstr(pty_screen_line(pty, pty_find(pty, "REC ")), "REC ");
	unsigned minutes = 0, seconds = 0;

	assert_non_null(at);
	assert_int_equal(sscanf(at, "REC %u:%u", &minutes, &seconds), 2);
	return 60 * minutes + seconds;
}

static bool is_recorded_for(struct pty *pty, const void *seconds)
{
	return recorded_for(pty) >= *(const unsigned *)seconds;
}

static void record_on(struct pty *pty, unsigned seconds)
{
	seconds += recorded_for(pty);
	assert_true(pty_wait(pty, is_recorded_for, &seconds, PATIENCE_MS));
}

/* On a disk that takes nothing for a while, which is frozen and thawed again: readings are left out of the tape,
 * and none of them off the screen. */
static void on_a_slow_disk(void **state)
{
	static const char mount[] =
		"truncate -s 16M slow.img && mkfs.ext4 -qF slow.img && mkdir -p "
		"slow && mount -o loop slow.img slow";
	char command[512];
	const char *const argv[] = {"unshare", "-m", "sh", "-c", command, NULL};
	struct pty pty;
	FILE *thaw;

	(void)state;
	if (run("unshare -m sh -c '%s' 2>said", mount) != 0)
		skip(); /* an image of a disk can't be mounted here */
	snprintf(command, sizeof(command), "cd %s && %s && %s -d 0.1 sim:ports; cp slow/a.tape .",
		 folder, mount, program);
	assert_int_equal(pty_open(&pty, argv, NULL, ROWS, 160), 0);
	assert_true(pty_wait_text(&pty, "LIVE", PATIENCE_MS));
	pty_send(&pty, ":record slow/a.tape\r");
	assert_true(pty_wait_text(&pty, "KiB  LIVE", PATIENCE_MS));
	/* Whatever becomes of this test, the disk is thawed at the end of it. */
	snprintf(command, sizeof(command), "nsenter -t %d -m sh -c 'read x; fsfreeze -u %s/slow'",
		 (int)pty.pid, folder);
	thaw = popen(command, "w");
	assert_non_null(thaw);
	assert_int_equal(run("nsenter -t %d -m fsfreeze -f %s/slow", (int)pty.pid, folder), 0);
	record_on(&pty, 2);
	assert_true(pty_find(&pty, "LIVE") == 0);
	assert_int_equal(pclose(thaw), 0);
	record_on(&pty, 2);
	pty_send(&pty, "R");
	assert_true(pty_wait_text(&pty, "not kept, the disk was too slow", PATIENCE_MS));
	pty_send(&pty, "Q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	pty_close(&pty);
	/* Those that are kept are whole, and the one behind the gap says how many went missing. */
	assert_int_equal(
		run("$BPFMAPTOP replay --verify a.tape >verified && $BPFMAPTOP replay -o json "
		    "a.tape | jq -e '.reading.notes[]' | "
		    "grep -E 'slower than the interval, [0-9]+ ticks? missed' >said"),
		0);
}

/* -- what is seen of a map that somebody writes to -- */

/* Where a row that went is still seen, and how long, is told by readings before, which the tape may not have. */
#define HOW "-c key,value -s key -f 'state != gone'"

static void change(int fd, uint64_t look)
{
	for (uint32_t key = 0; key < 12; key++) {
		uint64_t value = 100 * look + key;

		if (key % 3 == 0 || look == 1)
			assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
		if (key == look)
			bpf_map_delete_elem(fd, &key);
	}
}

/* The rows of the screen, under the titles of the columns. */
static void rows_seen(struct pty *pty, struct buf *out)
{
	buf_clear(out);
	for (int row = pty_find(pty, "KEY"); row < ROWS - 3; row++)
		buf_addf(out, "%s\n", pty_screen_line(pty, row));
}

/* Where on the tape the reading is that was written to seen.json, from 1; 0: readings behind it are there and it is
 * not, as the writer was not done with the one before when it came. Waits until either is so. */
static int place_of_seen(void)
{
	enum { FOUND, NOT_YET, PASSED_OVER };
	SCOPED(buf) text = {0};
	char path[512];
	int r;

	WAIT_FOR(
		(r = run("n=$($BPFMAPTOP replay --verify live.tape | grep -o '[0-9]* readings*' | "
			 "cut "
			 "-d' ' -f1); i=0; while i=$((i + 1)); [ $i -le ${n:-0} ]; do"
			 " $BPFMAPTOP dump -o json -s key -c key,value --at $i file:live.tape "
			 ">is.json; cmp -s is.json seen.json && echo $i >place && exit %d; done; "
			 "[ \"$(jq .reading.at is.json)\" '>' \"$(jq .reading.at seen.json)\" ] && "
			 "exit %d; exit %d",
			 FOUND, PASSED_OVER, NOT_YET)) != NOT_YET);
	if (r == PASSED_OVER)
		return 0;
	snprintf(path, sizeof(path), "%s/place", folder);
	assert_int_equal(file_read(path, 64, &text), 0);
	return atoi(buf_text(&text));
}

/* Looks at the change, until what is seen is recorded; returns its place on the tape. */
static int look_at(struct pty *pty, int fd, uint64_t look, struct buf *rows)
{
	char text[64];
	int place;

	if (look > 1)
		change(fd, look);
	snprintf(text, sizeof(text), "%02x %02x 00 00 00 00 00 00",
		 (unsigned)(100 * look + 9) & 255, (unsigned)(100 * look + 9) >> 8);
	assert_true(pty_wait_text(pty, text, PATIENCE_MS));
	do {
		assert_int_equal(run("rm -f seen.json is.json"), 0);
		pty_send(pty, "p");
		assert_true(pty_wait_text(pty, "PAUSED", PATIENCE_MS));
		pty_send(pty, ":write seen.json\r");
		assert_true(pty_wait_text(pty, "rows to 'seen.json'", PATIENCE_MS));
		rows_seen(pty, rows);
		pty_send(pty, "p");
		assert_true(pty_wait_text(pty, "LIVE", PATIENCE_MS));
		place = place_of_seen();
	} while (!place);
	return place;
}

struct replayed {
	const char *at, *rows;
};

static bool is_replayed(struct pty *pty, const void *ctx)
{
	const struct replayed *is = ctx;
	SCOPED(buf) rows = {0};

	if (!pty_shows(pty, is->at))
		return false;
	rows_seen(pty, &rows);
	return strcmp(buf_text(&rows), is->rows) == 0;
}

static void must_be_replayed(int place, const char *seen)
{
	struct pty pty;
	char command[512], at[32];
	SCOPED(buf) rows = {0};

	snprintf(command, sizeof(command), "cd %s; exec %s " HOW " replay live.tape", folder,
		 program);
	assert_int_equal(
		pty_open(&pty, (const char *const[]){"sh", "-c", command, NULL}, NULL, ROWS, COLS),
		0);
	assert_true(pty_wait_text(&pty, "REPLAY", PATIENCE_MS));
	pty_send(&pty, "p((((((((((((");
	assert_true(pty_wait_text(&pty, "REPLAY 1/", PATIENCE_MS));
	for (int i = 1; i < place; i++)
		pty_send(&pty, "]");
	snprintf(at, sizeof(at), "REPLAY %d/", place);
	if (!pty_wait(&pty, is_replayed, &(struct replayed){at, seen}, PATIENCE_MS)) {
		rows_seen(&pty, &rows);
		assert_string_equal(buf_text(&rows), seen);
		fail_msg("'%s' is not on the screen", at);
	}
	end(&pty);
}

static void replayed_as_it_was_seen(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "rec", 4, 8, 16, 0), places[LOOKS + 1];
	struct buf rows[LOOKS + 1] = {0};
	char arguments[64];
	struct pty pty;
	unsigned last;

	(void)state;
	change(fd, 1);
	snprintf(arguments, sizeof(arguments), "-d 0.1 " HOW " id:%u", id_of(fd));
	begin(&pty, arguments);
	pty_send(&pty, ":record live.tape\r");
	assert_true(pty_wait_text(&pty, "REC 00:", PATIENCE_MS));
	for (int look = 1; look <= LOOKS; look++)
		places[look] = look_at(&pty, fd, (uint64_t)look, &rows[look]);
	/* While it is paused, reading and recording go on. */
	pty_send(&pty, "p");
	assert_true(pty_wait_text(&pty, "PAUSED", PATIENCE_MS));
	change(fd, LOOKS + 1);
	last = 100 * (LOOKS + 1) + 9;
	WAIT_FOR(run("$BPFMAPTOP dump -o jsonl file:live.tape 2>/dev/null |"
		     " grep -q '\"0x%02x\",\"0x%02x\"'",
		     last & 255, last >> 8) == 0);
	pty_send(&pty, "R");
	assert_true(pty_wait_text(&pty, "readings in 'live.tape'", PATIENCE_MS));
	end(&pty);
	for (int look = 1; look <= LOOKS; look++) {
		must_be_replayed(places[look], buf_text(&rows[look]));
		buf_release(&rows[look]);
	}
	close(fd);
}

static int make_folder(void **state)
{
	(void)state;
	folder = own_folder();
	return folder ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_and_ended),
		cmocka_unit_test(of_a_tape),
		cmocka_unit_test(on_a_full_disk),
		cmocka_unit_test(on_a_slow_disk),
	};
	const struct CMUnitTest live[] = {
		cmocka_unit_test(replayed_as_it_was_seen),
	};
	int failed;

	program = getenv("BPFMAPTOP") ? getenv("BPFMAPTOP") : "build/bpfmaptop";
	failed = cmocka_run_group_tests(tests, make_folder, NULL);
	if (bpf_is_permitted())
		failed += cmocka_run_group_tests(live, open_source, close_source);
	return failed;
}
