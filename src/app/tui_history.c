/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Several runs may end at about the same time, so the file is read again before it is written: what this run adds is
 * joined to what is there by then. */
#include "app/tui_history.h"

#include <errno.h>
#include <stdlib.h>

#include "app/config_file.h"
#include "app/tui_state.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/tidy.h"

enum { HISTORY_MAX_BYTES = 4 << 20 };

static int read_history(const char *path, struct buf *out, struct err *err)
{
	int r = file_read(path, HISTORY_MAX_BYTES, out);

	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	return err_set(err, r, "cannot read the prompts' history '%s': %s", path, err_words(r));
}

void tui_history_open(struct tui *tui)
{
	SCOPED(buf) path = {0}, text = {0};
	struct err why = {0};

	config_state_path("history", &path);
	if (!path.len)
		return;
	if (read_history(buf_text(&path), &text, &why) < 0)
		log_add(LOG_WARN, "%s", why.text);
	screen_recall(tui->screen, buf_text(&text));
}

int tui_history_close(struct tui *tui, struct err *err)
{
	SCOPED(buf) path = {0}, was = {0}, text = {0};
	int r;

	config_state_path("history", &path);
	if (!path.len || !tui->screen || !screen_has_typed(tui->screen))
		return 0;
	r = config_make_room(buf_text(&path), err);
	if (r == 0)
		r = read_history(buf_text(&path), &was, err);
	if (r < 0)
		return r;
	screen_remembers(tui->screen, buf_text(&was), &text);
	if (text.failed)
		return err_set(err, -ENOMEM, "out of memory for the prompts' history");
	return file_replace(buf_text(&path), text.at, text.len, err);
}
