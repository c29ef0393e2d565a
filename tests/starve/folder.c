/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of its own for a process: in a mount namespace that ends with the process, a tmpfs is mounted over $TMPDIR
 * and what was in there is copied into it. */
#include "tests/starve/starve.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy_file(int from, int to)
{
	ssize_t n;

	while ((n = sendfile(to, from, NULL, 1 << 30)) > 0)
		;
	return n == 0;
}

static bool copy_folder(int from, int to);

static bool copy_entry(int from, int to, const char *name)
{
	struct stat is;
	char link[4096] = "";
	int is_open[2];
	bool is_copied;

	if (fstatat(from, name, &is, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (S_ISLNK(is.st_mode))
		return readlinkat(from, name, link, sizeof(link) - 1) > 0 &&
		       symlinkat(link, to, name) == 0;
	if (S_ISFIFO(is.st_mode))
		return mkfifoat(to, name, is.st_mode) == 0;
	if (S_ISDIR(is.st_mode) && mkdirat(to, name, 0700) < 0)
		return false;
	is_open[0] = openat(from, name, O_RDONLY | O_CLOEXEC);
	is_open[1] = openat(to, name,
			    S_ISDIR(is.st_mode) ? O_RDONLY | O_CLOEXEC
						: O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0600);
	is_copied = S_ISDIR(is.st_mode) ? copy_folder(is_open[0], is_open[1])
					: copy_file(is_open[0], is_open[1]);
	fchmod(is_open[1], is.st_mode & 07777);
	close(is_open[0]);
	close(is_open[1]);
	return is_copied;
}

static bool copy_folder(int from, int to)
{
	DIR *folder = fdopendir(dup(from));
	const struct dirent *entry;
	bool is_copied = folder != NULL;

	while (is_copied && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			is_copied = copy_entry(from, to, entry->d_name);
	if (folder)
		closedir(folder);
	return is_copied;
}

bool folder_part(void)
{
	const char *path = getenv("TMPDIR");
	bool was_aside = now.is_aside, is_parted;
	int from, to = -1;

	now.is_aside = true;
	from = open(path ? path : "/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_parted = from >= 0 && unshare(CLONE_NEWNS) == 0 &&
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		    mount("none", path ? path : "/tmp", "tmpfs", 0, NULL) == 0 &&
		    (to = open(path ? path : "/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0 &&
		    copy_folder(from, to);
	close(from);
	close(to);
	now.is_aside = was_aside;
	return is_parted;
}
