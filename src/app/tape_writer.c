/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A queue of slots between two threads. Under the lock: the queue, which slots are in it, whether to end,
 * and the progress. A slot in the queue and the recorder are the thread's alone. */
#include "app/tape_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/recorder.h"
#include "base/tidy.h"
#include "base/worker.h"

struct tape_writer {
	struct recorder recorder;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	int over_fd;
	struct tape_slot *first, *last;
	struct tape_progress progress;
	bool ends;
	bool is_joined; /* whoever hands over waited for the thread */
};

/* -- the thread -- */

static int write_slot(struct recorder *recorder, struct tape_slot *slot, struct err *err)
{
	struct snap was;
	int r;

	if (!slot->is_added) {
		r = recorder_add(recorder, &slot->map, err);
		if (r < 0)
			return r;
		slot->place = (size_t)r;
		slot->is_added = true;
	}
	if (slot->is_gone)
		return recorder_gone(recorder, slot->place, slot->tick, err);
	was = *recorder_room(recorder, slot->place);
	*recorder_room(recorder, slot->place) = slot->snap;
	slot->snap = was;
	return recorder_write(recorder, slot->place, slot->tick, err);
}

/* The slot at the front, which stays there until it is done with; NULL: it is time to end. */
static struct tape_slot *next_slot(struct tape_writer *writer)
{
	struct tape_slot *slot;

	pthread_mutex_lock(&writer->lock);
	while (!writer->first && !writer->ends)
		pthread_cond_wait(&writer->has_work, &writer->lock);
	slot = writer->first;
	pthread_mutex_unlock(&writer->lock);
	return slot;
}

static void has_written(struct tape_writer *writer, struct tape_slot *slot)
{
	pthread_mutex_lock(&writer->lock);
	writer->first = slot->behind;
	slot->is_handed_over = false;
	writer->progress.n_readings = writer->recorder.n_readings;
	writer->progress.n_bytes = writer->recorder.n_bytes;
	pthread_mutex_unlock(&writer->lock);
}

static void end(struct tape_writer *writer, const struct err *why)
{
	uint64_t one = 1;

	recorder_release(&writer->recorder);
	pthread_mutex_lock(&writer->lock);
	writer->progress.is_over = true;
	writer->progress.fault = *why;
	writer->progress.n_bytes = writer->recorder.n_bytes;
	pthread_mutex_unlock(&writer->lock);
	/* Fails only where there is room for no more wakings, and then one waits there already. */
	if (write(writer->over_fd, &one, sizeof(one)) < 0)
		return;
}

static void *run(void *ctx)
{
	struct tape_writer *writer = ctx;
	struct tape_slot *slot;
	struct err why = {0};
	int r = 0;

	while (r == 0 && (slot = next_slot(writer))) {
		r = write_slot(&writer->recorder, slot, &why);
		if (r == 0)
			has_written(writer, slot);
	}
	if (r == 0)
		recorder_end(&writer->recorder, &why);
	end(writer, &why);
	return NULL;
}

/* -- whoever hands over -- */

int tape_writer_start(struct tape_writer **out, const struct recorder *recorder, struct err *err)
{
	struct tape_writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return err_set(err, -ENOMEM, "out of memory for a recording");
	writer->recorder = *recorder;
	writer->progress.n_bytes = recorder->n_bytes;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->has_work, NULL);
	writer->over_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = writer->over_fd < 0 ? -errno : worker_thread(&writer->thread, run, writer);
	if (r == 0) {
		*out = writer;
		return 0;
	}
	if (writer->over_fd >= 0)
		close(writer->over_fd);
	free(writer);
	return err_set(err, r, "cannot start to record: %s", err_words(r));
}

bool tape_writer_has_done(struct tape_writer *writer, const struct tape_slot *slot)
{
	bool is_handed_over;

	pthread_mutex_lock(&writer->lock);
	is_handed_over = slot->is_handed_over;
	pthread_mutex_unlock(&writer->lock);
	return !is_handed_over;
}

void tape_writer_put(struct tape_writer *writer, struct tape_slot *slot)
{
	pthread_mutex_lock(&writer->lock);
	slot->is_handed_over = true;
	slot->behind = NULL;
	if (writer->first)
		writer->last->behind = slot;
	else
		writer->first = slot;
	writer->last = slot;
	pthread_cond_signal(&writer->has_work);
	pthread_mutex_unlock(&writer->lock);
}

void tape_writer_progress(struct tape_writer *writer, struct tape_progress *out)
{
	pthread_mutex_lock(&writer->lock);
	*out = writer->progress;
	pthread_mutex_unlock(&writer->lock);
}

int tape_writer_fd(const struct tape_writer *writer)
{
	return writer->over_fd;
}

void tape_writer_end(struct tape_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->ends = true;
	pthread_cond_signal(&writer->has_work);
	pthread_mutex_unlock(&writer->lock);
}

void tape_writer_wait(struct tape_writer *writer)
{
	if (writer->is_joined)
		return;
	tape_writer_end(writer);
	pthread_join(writer->thread, NULL);
	writer->is_joined = true;
}

void tape_writer_free(struct tape_writer *writer)
{
	if (!writer)
		return;
	tape_writer_wait(writer);
	pthread_cond_destroy(&writer->has_work);
	pthread_mutex_destroy(&writer->lock);
	close(writer->over_fd);
	free(writer);
}
