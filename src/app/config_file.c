/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "app/config_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/place.h"
#include "base/tidy.h"

#define FILE_NAME  "/bpfmaptop/config.json"
#define STATE_NAME "/bpfmaptop/"

/* A relative path is none, says the XDG specification. */
static const char *absolute(const char *name)
{
	const char *path = getenv(name);

	return path && path[0] == '/' ? path : NULL;
}

void config_user_path(struct buf *out)
{
	const char *config = absolute("XDG_CONFIG_HOME"), *home = absolute("HOME");

	if (config)
		buf_addf(out, "%s" FILE_NAME, config);
	else if (home)
		buf_addf(out, "%s/.config" FILE_NAME, home);
}

void config_state_path(const char *name, struct buf *out)
{
	const char *state = absolute("XDG_STATE_HOME"), *home = absolute("HOME");

	if (state)
		buf_addf(out, "%s" STATE_NAME "%s", state, name);
	else if (home)
		buf_addf(out, "%s/.local/state" STATE_NAME "%s", home, name);
}

void config_system_path(struct buf *out)
{
	buf_adds(out, "/etc" FILE_NAME);
}

/* -- comments ------------------------------------------------------------------------------------------- */

static char *blank_until(char *at, const char *end)
{
	char *stop = strstr(at + 2, end);
	size_t len = stop ? (size_t)(stop - at) + strlen(end) : strlen(at);

	for (size_t i = 0; i < len; i++)
		if (at[i] != '\n')
			at[i] = ' ';
	return at + len;
}

bool config_blank_comments(struct buf *text)
{
	bool has_any = false;

	for (char *at = text->len ? text->at : NULL; at && *at;) {
		bool is_line = at[0] == '/' && at[1] == '/',
		     is_block = at[0] == '/' && at[1] == '*';

		has_any |= is_line || is_block;
		if (*at == '"')
			at += place_after_text(at) - at;
		else if (is_line || is_block)
			at = blank_until(at, is_line ? "\n" : "*/");
		else
			at++;
	}
	return has_any;
}

/* -- making room ---------------------------------------------------------------------------------------- */

static int check_owner(const char *folder, struct err *err)
{
	struct stat st;

	if (stat(folder, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid())
		return err_set(
			err, -EPERM,
			"'%s' belongs to another user; set XDG_CONFIG_HOME and XDG_STATE_HOME to "
			"folders of your own",
			folder);
	return 0;
}

int config_make_room(const char *path, struct err *err)
{
	SCOPED(buf) folder = {0};
	bool is_checked = false;
	int r = 0;

	buf_adds(&folder, path);
	if (folder.failed)
		return err_set(err, -ENOMEM, "out of memory for '%s'", path);
	/* From the nearest folder that is there, down. */
	for (char *at = strrchr(folder.at, '/'); at > folder.at; at = strrchr(folder.at, '/')) {
		*at = '\0';
		r = check_owner(folder.at, err);
		is_checked = r != -ENOENT;
		if (is_checked)
			break;
	}
	if (r < 0 && is_checked)
		return r == -EPERM ? r
				   : err_set(err, r, "cannot look at '%s': %s", folder.at,
					     err_words(r));
	if (!is_checked)
		return err_set(err, -ENOENT, "there is no folder for '%s'", path);
	for (size_t at = strlen(folder.at); strchr(path + at + 1, '/');) {
		size_t len = at + 1 + strcspn(path + at + 1, "/");

		memcpy(folder.at, path, len);
		folder.at[len] = '\0';
		if (mkdir(folder.at, 0700) < 0 && errno != EEXIST)
			return err_set(err, -errno, "cannot make folder '%s': %s", folder.at,
				       err_words(-errno));
		at = len;
	}
	return 0;
}
