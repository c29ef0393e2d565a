/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of files as they are typed: whether one can be written there, and what there is to complete them
 * with. Writing is the driver's; what it finds then is said then. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/tidy.h"
#include "ui/state.h"

enum { MOST_OFFERED = 256 };

/* "~/x" is in the home folder. */
void file_path(const char *text, struct buf *out)
{
	const char *home = getenv("HOME");

	if (home && text[0] == '~' && text[1] == '/')
		buf_addf(out, "%s%s", home, text + 1);
	else
		buf_adds(out, text);
}

/* What is before the last slash, as a path that can be opened. */
static void folder_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		buf_add(out, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_addc(out, '.');
}

int file_check(struct screen *screen, const char *text)
{
	SCOPED(buf) path = {0}, folder = {0};
	struct stat st;

	if (!*text)
		return err_set(&screen->fault, -EINVAL, "type the name of a file");
	file_path(text, &path);
	folder_of(buf_text(&path), &folder);
	if (stat(buf_text(&folder), &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(&screen->fault, -ENOENT, "there is no folder '%s'",
			       buf_text(&folder));
	if (stat(buf_text(&path), &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(&screen->fault, -EISDIR, "'%s' is a folder; type a name in it",
			       text);
	if (access(buf_text(&folder), W_OK | X_OK) < 0)
		return err_set(&screen->fault, -errno, "nothing can be written in '%s': %s",
			       buf_text(&folder), err_words(-errno));
	return 0;
}

bool file_doubts(struct screen *screen, const char *text)
{
	SCOPED(buf) path = {0};
	struct stat st;

	file_path(text, &path);
	if (stat(buf_text(&path), &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return false;
	err_set(&screen->fault, -EEXIST, "'%s' is there already: Enter writes over it", text);
	return true;
}

static bool is_folder(const char *folder, const char *name)
{
	SCOPED(buf) path = {0};
	struct stat st;

	buf_addf(&path, "%s/%s", folder, name);
	return stat(buf_text(&path), &st) == 0 && S_ISDIR(st.st_mode);
}

/* Files that begin like the name before the cursor, in its folder; folders end in a slash. */
void file_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		   void *ctx)
{
	SCOPED(buf) typed = {0}, path = {0}, folder = {0};
	const char *slash, *name;
	struct dirent **files;
	int n, n_offered = 0;

	(void)screen;
	buf_add(&typed, text, at);
	file_path(buf_text(&typed), &path);
	folder_of(buf_text(&path), &folder);
	slash = strrchr(buf_text(&typed), '/');
	name = slash ? slash + 1 : buf_text(&typed);
	n = scandir(buf_text(&folder), &files, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *file = files[i]->d_name;
		SCOPED(buf) word = {0};

		/* Hidden ones only where they are asked for. */
		if (strncmp(file, name, strlen(name)) == 0 && (file[0] != '.' || name[0] == '.') &&
		    strcmp(file, ".") != 0 && strcmp(file, "..") != 0 && n_offered < MOST_OFFERED) {
			buf_addf(&word, "%s%s", file,
				 is_folder(buf_text(&folder), file) ? "/" : "");
			offer(ctx, buf_text(&word), strlen(name));
			n_offered++;
		}
		free(files[i]);
	}
	if (n >= 0)
		free(files);
}
