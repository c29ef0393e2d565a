/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording begins with the readings that are on the screen. From then on each reading that a watch makes is copied
 * for the writer's thread, a slice at a time, before it is taken into the table or dropped: whether the screen is paused
 * or rows are filtered or grouped makes no difference. A reading that comes before the writer is done with the map's
 * last one is not recorded; the next one counts it as a missed tick.
 *
 * A tape is of one host: the host of the map that is in front when the recording begins. */
#include "app/tui_record.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "app/recorder.h"
#include "app/tape_writer.h"
#include "app/tui_state.h"
#include "app/tui_tape.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/num.h"
#include "base/tidy.h"
#include "read/replay.h"

#define SLICE_NS  2000000
#define SECOND_NS 1000000000ull

enum { COPY_BYTES = 1 << 20 };

/* What is recorded of a map. */
struct kept {
	struct tape_slot slot;
	uint32_t id; /* of the map, with the name of its source */
	char *source;
	uint64_t n_missed;	 /* readings that were not kept since the last one that was */
	const struct snap *from; /* that is being copied; NULL: none */
	bool goes;		 /* its map went */
};

struct tui_recording {
	struct tape_writer *writer;
	struct source *tape; /* whose maps are recorded; NULL: those of this host */
	char *path;	     /* owned */
	struct buf head;
	struct kept **kept; /* owned */
	size_t n_kept;
	uint64_t tick, began_ns, n_missed;
	char text[48]; /* for the header */
};

static void recording_free(struct tui_recording *recording)
{
	if (!recording)
		return;
	tape_writer_free(recording->writer);
	for (size_t i = 0; i < recording->n_kept; i++) {
		tape_chunk_release(&recording->kept[i]->slot.map);
		snap_release(&recording->kept[i]->slot.snap);
		free(recording->kept[i]->source);
		free(recording->kept[i]);
	}
	free(recording->kept);
	buf_release(&recording->head);
	free(recording->path);
	free(recording);
}

/* -- maps -- */

static bool is_recorded(const struct tui_recording *recording, const struct watch *watch)
{
	return recording->tape ? watch->source == recording->tape : !source_is_tape(watch->source);
}

static struct kept *kept_of(const struct tui_recording *recording, const struct watch *watch)
{
	const struct map *map = &watch->table.map;

	for (size_t i = 0; i < recording->n_kept; i++)
		if (recording->kept[i]->id == map->id &&
		    strcmp(recording->kept[i]->source, map->source) == 0)
			return recording->kept[i];
	return NULL;
}

static struct kept *keep(struct tui_recording *recording, const struct watch *watch)
{
	const struct map *map = &watch->table.map;
	struct kept **grown =
		reallocarray(recording->kept, recording->n_kept + 1, sizeof(*recording->kept));
	struct kept *kept = grown ? calloc(1, sizeof(*kept)) : NULL;

	recording->kept = grown ? grown : recording->kept;
	if (!kept)
		return NULL;
	kept->id = map->id;
	kept->source = strdup(map->source);
	if (kept->source && tape_pack_map(&kept->slot.map, 0, map, &watch->table.plan) == 0) {
		recording->kept[recording->n_kept++] = kept;
		return kept;
	}
	tape_chunk_release(&kept->slot.map);
	free(kept->source);
	free(kept);
	return NULL;
}

/* -- readings -- */

/* Readings until a map has its next one are of one moment. */
static void hand_over(struct tui_recording *recording, struct kept *kept)
{
	if (recording->tick == kept->slot.tick)
		recording->tick++;
	kept->slot.tick = recording->tick;
	tape_writer_put(recording->writer, &kept->slot);
}

/* True while there is more to do. */
static bool copy_some(struct tui_recording *recording, struct kept *kept)
{
	const struct snap *from = kept->from;
	struct snap *to = &kept->slot.snap;
	uint64_t until_ns = clock_now_ns() + SLICE_NS;
	int r;

	do
		r = snap_copy_rows(to, from, from->n_rows, snap_rows_of(from, COPY_BYTES));
	while (r > 0 && clock_now_ns() < until_ns);
	if (r > 0)
		return true;
	kept->from = NULL;
	if (r < 0) {
		kept->n_missed++, recording->n_missed++;
		return false;
	}
	snap_copy_facts(to, from);
	to->n_missed += kept->n_missed;
	if (kept->n_missed)
		to->notes |= SNAP_SLOW;
	kept->n_missed = 0;
	hand_over(recording, kept);
	return false;
}

/* False: this one is not kept. */
static bool begin_copy(struct tui_recording *recording, struct kept *kept,
		       const struct watch *watch, const struct snap *from)
{
	if (!tape_writer_has_done(recording->writer, &kept->slot)) {
		kept->n_missed++, recording->n_missed++;
		return false;
	}
	snap_clear(&kept->slot.snap, &watch->table.map);
	kept->from = from;
	return true;
}

/* What is on the screen, unless the next reading takes its place while it is copied. */
static bool take_current(struct tui_recording *recording, const struct watch *watch)
{
	const struct snap *current = watch->table.current;
	struct kept *kept = kept_of(recording, watch);

	if (!kept && (!current->number || !(kept = keep(recording, watch)) ||
		      !begin_copy(recording, kept, watch, current)))
		return false;
	if (!kept->from || kept->from == watch->table.next)
		return false;
	if (kept->from != current)
		begin_copy(recording, kept, watch, current);
	return copy_some(recording, kept);
}

/* Once its last reading is written. */
static void let_go(struct tui_recording *recording, struct kept *kept)
{
	if (!kept->goes || kept->slot.is_gone || kept->from ||
	    !tape_writer_has_done(recording->writer, &kept->slot))
		return;
	kept->slot.is_gone = true;
	hand_over(recording, kept);
}

bool tui_record_turn(struct tui *tui)
{
	struct tui_recording *recording = tui->recording;
	bool is_busy = false;

	for (size_t i = 0; recording && i < recording->n_kept; i++)
		let_go(recording, recording->kept[i]);
	for (size_t i = 0; recording && i < tui->set->n; i++)
		if (is_recorded(recording, tui->set->watches[i]))
			is_busy |= take_current(recording, tui->set->watches[i]);
	return is_busy;
}

bool tui_record_take(struct tui *tui, struct watch *watch)
{
	struct tui_recording *recording = tui->recording;
	struct kept *kept;

	if (!recording || watch->is_recorded || !is_recorded(recording, watch))
		return false;
	kept = kept_of(recording, watch);
	if (!kept)
		kept = keep(recording, watch);
	/* The one before, still. */
	if (kept && kept->from == watch->table.current)
		return true;
	if (kept && (kept->from || begin_copy(recording, kept, watch, watch->table.next)) &&
	    copy_some(recording, kept))
		return true;
	watch->is_recorded = true;
	return false;
}

void tui_record_gone(struct tui *tui, const struct watch *watch)
{
	struct tui_recording *recording = tui->recording;
	struct kept *kept;

	if (!recording || recording->tape || !is_recorded(recording, watch))
		return;
	kept = kept_of(recording, watch);
	if (kept)
		kept->goes = true;
}

/* -- the header -- */

void tui_record_facts(const struct tui *tui, struct screen_facts *facts)
{
	struct tui_recording *recording = tui->recording;
	struct tape_progress progress;
	SCOPED(buf) size = {0};
	uint64_t seconds;

	if (!recording)
		return;
	tape_writer_progress(recording->writer, &progress);
	seconds = (facts->now_ns - MIN_OF(recording->began_ns, facts->now_ns)) / SECOND_NS;
	num_short(&size, (double)progress.n_bytes, 1024);
	snprintf(recording->text, sizeof(recording->text), "REC %02u:%02u %sB",
		 (unsigned)(seconds / 60), (unsigned)(seconds % 60), buf_text(&size));
	facts->recording = recording->text;
}

uint64_t tui_record_wakes_ns(const struct tui *tui)
{
	return tui->recording ? tui->last_frame_ns + SECOND_NS : UINT64_MAX;
}

/* -- the end -- */

/* What came of it; false: the tape is not what was asked for. */
static bool tell(const struct tui_recording *recording, struct buf *out)
{
	struct tape_progress progress;

	tape_writer_progress(recording->writer, &progress);
	if (progress.fault.text[0])
		buf_addf(out, "the recording ended: %s", progress.fault.text);
	else if (progress.n_readings)
		recorder_tell(progress.n_readings, progress.n_bytes, recording->path, out);
	else
		buf_addf(out, "nothing was recorded: no reading came; '%s' is removed",
			 recording->path);
	if (recording->n_missed)
		buf_addf(out, "; %llu %s not kept, the disk was too slow",
			 (unsigned long long)recording->n_missed,
			 num_noun(recording->n_missed, "was", "were"));
	return !progress.fault.text[0] && progress.n_readings && !recording->n_missed;
}

static void on_over(void *ctx, int fd, uint32_t events)
{
	struct tui *tui = ctx;
	SCOPED(buf) text = {0};
	bool is_well = tell(tui->recording, &text);

	(void)events;
	loop_unwatch(tui->loop, fd);
	screen_say(tui->screen, !is_well, "%s", buf_text(&text));
	recording_free(tui->recording);
	tui->recording = NULL;
	tui->is_dirty = true;
}

void tui_record_close(struct tui *tui, struct buf *out)
{
	struct tui_recording *recording = tui->recording;

	if (!recording)
		return;
	loop_unwatch(tui->loop, tape_writer_fd(recording->writer));
	tape_writer_wait(recording->writer);
	tell(recording, out);
	recording_free(recording);
	tui->recording = NULL;
}

/* -- the beginning -- */

/* Where and when what is recorded was: this host, or the one that the tape in front is of. */
static void head_of(const struct tui *tui, struct tui_recording *recording, struct tape_head *head)
{
	struct replay_state state;

	recorder_head(head, &recording->head, tui->interval_ns);
	if (!recording->tape)
		return;
	replay_state(recording->tape, &state);
	head->interval_ns = state.interval_ns;
	buf_clear(&recording->head);
	buf_adds(&recording->head, state.host);
	head->host = buf_text(&recording->head);
	head->boot = "";
}

static int start(struct tui *tui, struct tui_recording *recording, struct err *err)
{
	const struct options *options = tui->set->options;
	struct recorder recorder = {.file = {.path = recording->path,
					     .fd = -1,
					     .is_new = true,
					     .max_bytes = options->max_bytes,
					     .max_files = options->max_files}};
	int r;

	head_of(tui, recording, &recorder.head);
	r = recorder_begin(&recorder, err);
	if (r == 0)
		r = tape_writer_start(&recording->writer, &recorder, err);
	if (r < 0) {
		recorder_release(&recorder);
		return r;
	}
	r = loop_watch(tui->loop, tape_writer_fd(recording->writer), on_over, tui);
	return r < 0 ? err_set(err, r, "out of memory for a recording") : 0;
}

static void say_begun(const struct tui *tui, const struct tui_recording *recording)
{
	size_t n = 0;
	SCOPED(buf) text = {0};
	struct replay_state state = {0};

	for (size_t i = 0; i < tui->set->n; i++)
		n += is_recorded(recording, tui->set->watches[i]);
	buf_addf(&text, "recording %zu %s", n, num_noun(n, "map", "maps"));
	if (recording->tape)
		replay_state(recording->tape, &state);
	if (state.host && state.host[0])
		buf_addf(&text, " of '%s'", state.host);
	buf_addf(&text, " to '%s'", recording->path);
	if (n < tui->set->n)
		buf_adds(&text, ", none of other hosts or tapes");
	screen_say(tui->screen, false, "%s; R ends it", buf_text(&text));
}

static void begin(struct tui *tui, const char *path)
{
	struct tui_recording *recording = calloc(1, sizeof(*recording));
	struct err why = {0};
	int r = -ENOMEM;

	if (recording) {
		recording->tape = tui_tape_front(tui);
		recording->path = strdup(path);
		recording->began_ns = clock_now_ns();
		recording->tick = 1;
	}
	if (recording && recording->path)
		r = start(tui, recording, &why);
	if (r < 0) {
		screen_say(tui->screen, true, "%s",
			   why.text[0] ? why.text : "out of memory for a recording");
		recording_free(recording);
		return;
	}
	tui->recording = recording;
	say_begun(tui, recording);
}

void tui_record(struct tui *tui, const struct intent *intent)
{
	if (tui->recording && intent->text)
		screen_say(tui->screen, true, "'%s' is being recorded: R ends it first",
			   tui->recording->path);
	else if (tui->recording)
		tape_writer_end(tui->recording->writer);
	else if (intent->text && strcmp(intent->text, "-") == 0)
		screen_say(tui->screen, true, "the screen is on stdout: record to a file");
	else if (intent->text)
		begin(tui, intent->text);
}
