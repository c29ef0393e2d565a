/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two readings of each map take turns, so that each is written as what differs from the one before. Every
 * FULL_EVERY readings, and where it isn't worth the trouble, one is written whole: whoever seeks begins
 * there. Each file of several begins with all maps and whole readings, and so can be replayed alone. */
#include "app/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"

enum { FULL_EVERY = 30, BOOT_ID_BYTES = 64, HOST_BYTES = 65 };

void recorder_head(struct tape_head *head, struct buf *text, uint64_t interval_ns)
{
	char host[HOST_BYTES] = "";
	SCOPED(buf) boot = {0};
	size_t n_host;

	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	if (file_read("/proc/sys/kernel/random/boot_id", BOOT_ID_BYTES, &boot) == 0)
		buf_cut(&boot, strcspn(buf_text(&boot), "\n"));
	n_host = strlen(host);
	buf_add(text, host, n_host + 1);
	buf_adds(text, buf_text(&boot));
	*head = (struct tape_head){
		.host = buf_text(text),
		.program = "bpfmaptop " VERSION,
		.boot = text->failed ? "" : buf_text(text) + n_host + 1,
		.is_big_endian = __BYTE_ORDER == __BIG_ENDIAN,
		.interval_ns = interval_ns,
	};
}

/* -- the beginning and the end of each file -- */

static int put(struct recorder *recorder, int packed, struct err *err)
{
	int r;

	if (packed < 0)
		return err_set(err, packed, "out of memory for the tape");
	r = tape_file_put(&recorder->file, &recorder->chunk, err);
	if (r == 0)
		recorder->n_bytes += tape_chunk_bytes(&recorder->chunk);
	return r;
}

static int put_map(struct recorder *recorder, struct track *track, struct err *err)
{
	int r;

	if (recorder->n_maps == TAPE_MAX_MAPS)
		return err_set(err, -ENOSPC, "a tape holds at most %d maps", TAPE_MAX_MAPS);
	track->map.label.map = recorder->n_maps++;
	track->number = track->since_full = 0;
	r = tape_file_put(&recorder->file, &track->map, err);
	if (r == 0)
		recorder->n_bytes += tape_chunk_bytes(&track->map);
	return r;
}

static int begin_file(struct recorder *recorder, struct err *err)
{
	int r;

	recorder->n_bytes += TAPE_MAGIC_BYTES;
	recorder->n_in_file = recorder->n_maps = 0;
	recorder->head.wall_ns = clock_wall_ns();
	recorder->head.boot_ns = clock_boot_ns();
	if (!recorder->head.file++)
		recorder->head.began_ns = recorder->head.wall_ns;
	r = put(recorder, tape_pack_head(&recorder->chunk, &recorder->head), err);
	for (size_t i = 0; r == 0 && i < recorder->n_tracks; i++)
		if (!recorder->tracks[i]->is_gone)
			r = put_map(recorder, recorder->tracks[i], err);
	return r;
}

int recorder_begin(struct recorder *recorder, struct err *err)
{
	int r = tape_file_open(&recorder->file, err);

	return r < 0 ? r : begin_file(recorder, err);
}

int recorder_end(struct recorder *recorder, struct err *err)
{
	return put(recorder, tape_pack_end(&recorder->chunk, recorder->tick), err);
}

static int begin_next_file(struct recorder *recorder, struct err *err)
{
	int r = recorder_end(recorder, err);

	if (r == 0)
		r = tape_file_rotate(&recorder->file, err);
	return r < 0 ? r : begin_file(recorder, err);
}

/* -- maps and their readings -- */

int recorder_add(struct recorder *recorder, struct tape_chunk *map, struct err *err)
{
	size_t n = recorder->n_tracks;
	struct track **grown = NULL, *track = NULL;
	int r;

	grown = reallocarray(recorder->tracks, n + 1, sizeof(*grown));
	if (grown) {
		recorder->tracks = grown;
		track = calloc(1, sizeof(*track));
	}
	if (!track)
		return err_set(err, -ENOMEM, "out of memory for a recording");
	track->map = *map;
	*map = (struct tape_chunk){0};
	track->last = &track->snaps[0], track->next = &track->snaps[1];
	recorder->tracks[recorder->n_tracks++] = track;
	r = recorder->file.fd >= 0 ? put_map(recorder, track, err) : 0;
	return r < 0 ? r : (int)n;
}

struct snap *recorder_room(struct recorder *recorder, size_t place)
{
	return recorder->tracks[place]->next;
}

static int pack(struct recorder *recorder, size_t place, uint64_t tick)
{
	const struct track *track = recorder->tracks[place];
	bool is_full = !track->number || track->since_full >= FULL_EVERY;

	track->next->number = track->number + 1;
	return tape_pack_snap(&recorder->chunk, track->map.label.map, tick, track->next,
			      is_full ? NULL : track->last);
}

/* Of a file with no reading in it yet. */
static int note_size(struct recorder *recorder, struct err *err)
{
	SCOPED(buf) size = {0};

	if (!tape_file_is_full(&recorder->file, &recorder->chunk) || recorder->is_over_size)
		return 0;
	num_short(&size, (double)(recorder->file.n_bytes + tape_chunk_bytes(&recorder->chunk)),
		  1024);
	if (!recorder->n_readings)
		return err_set(err, -EFBIG,
			       "a file with one reading takes %sB, more than --max-size",
			       buf_text(&size));
	log_add(LOG_WARN, "tape '%s' with one reading takes %sB, more than --max-size",
		recorder->file.path, buf_text(&size));
	recorder->is_over_size = true;
	return 0;
}

int recorder_write(struct recorder *recorder, size_t place, uint64_t tick, struct err *err)
{
	struct track *track = recorder->tracks[place];
	struct snap *was = track->last;
	int r = pack(recorder, place, tick);

	if (r == 0 && recorder->n_in_file && tape_file_is_full(&recorder->file, &recorder->chunk)) {
		r = begin_next_file(recorder, err);
		if (r < 0)
			return r;
		r = pack(recorder, place, tick);
	}
	if (r == 0 && !recorder->n_in_file && note_size(recorder, err) < 0)
		return -EFBIG;
	r = put(recorder, r, err);
	if (r < 0)
		return r;
	track->since_full = recorder->chunk.label.tag == TAPE_SNAP ? 1 : track->since_full + 1;
	track->number++;
	track->last = track->next;
	track->next = was;
	recorder->tick = tick;
	recorder->n_readings++;
	recorder->n_in_file++;
	return 0;
}

int recorder_gone(struct recorder *recorder, size_t place, uint64_t tick, struct err *err)
{
	struct track *track = recorder->tracks[place];

	track->is_gone = true;
	snap_release(&track->snaps[0]);
	snap_release(&track->snaps[1]);
	return put(recorder,
		   tape_pack_gone(&recorder->chunk, track->map.label.map, tick, clock_now_ns()),
		   err);
}

void recorder_tell(uint64_t n_readings, uint64_t n_bytes, const char *path, struct buf *out)
{
	buf_addf(out, "%llu %s in '%s', ", (unsigned long long)n_readings,
		 num_noun(n_readings, "reading", "readings"), path);
	num_short(out, (double)n_bytes, 1024);
	buf_addc(out, 'B');
}

void recorder_release(struct recorder *recorder)
{
	tape_file_close(&recorder->file, recorder->n_in_file > 0);
	for (size_t i = 0; i < recorder->n_tracks; i++) {
		tape_chunk_release(&recorder->tracks[i]->map);
		snap_release(&recorder->tracks[i]->snaps[0]);
		snap_release(&recorder->tracks[i]->snaps[1]);
		free(recorder->tracks[i]);
	}
	free(recorder->tracks);
	recorder->tracks = NULL;
	recorder->n_tracks = 0;
	tape_chunk_release(&recorder->chunk);
}
