/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process that was split off shares with the one that goes on: files and pipes. It leaves them as they are. */
#include "tests/starve/starve.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool shares_files(void)
{
	return now.does == GOES_ON && now.is_counting && is_starved();
}

static mode_t kind_of(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 ? stat.st_mode & S_IFMT : 0;
}

static void leave_file(int fd)
{
	if (shares_files() && kind_of(fd) != S_IFCHR)
		end_split();
}

/* A file description of its own. */
static void part_file(int fd)
{
	char path[32];
	off_t place;
	int own;

	if (fd < 0 || fd >= 64 || now.parted >> fd & 1)
		return;
	now.parted |= 1ull << fd;
	place = lseek(fd, 0, SEEK_CUR);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return;
	lseek(own, place, SEEK_SET);
	dup3(own, fd, O_CLOEXEC);
	syscall(SYS_close, own);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	leave_file(fd);
	return syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	leave_file(fd);
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	leave_file(fd);
	return syscall(SYS_writev, fd, parts, n);
}

int ftruncate(int fd, off_t bytes)
{
	leave_file(fd);
	return (int)syscall(SYS_ftruncate, fd, bytes);
}

ssize_t read(int fd, void *bytes, size_t n)
{
	if (shares_files()) {
		if (kind_of(fd) == S_IFREG)
			part_file(fd);
		else
			leave_file(fd);
	}
	return syscall(SYS_read, fd, bytes, n);
}

int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (flags & O_CREAT && shares_files())
		end_split();
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int unlink(const char *path)
{
	if (shares_files())
		end_split();
	return (int)syscall(SYS_unlink, path);
}

int rename(const char *from, const char *to)
{
	if (shares_files())
		end_split();
	return (int)syscall(SYS_rename, from, to);
}
