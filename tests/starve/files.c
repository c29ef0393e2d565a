/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files and pipes, which a process that was split off shares with its parent: it must leave them as they are. Calls
 * that would change them, or move on in them, are caught here. */
#include "tests/starve/starve.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Called before anything shared is touched. In a run that counts this is noted, so that the test is run from its
 * start for each failure; a process that was split off ends here. */
static void meets_shared(bool is_change)
{
	if (!now.is_counting || !is_starved())
		return;
	told->is_shared = true;
	told->changes_files |= is_change;
	if (now.does == GOES_ON)
		end_sharing();
}

static mode_t kind_of(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 ? stat.st_mode & S_IFMT : S_IFCHR; /* which changes nothing */
}

static void note_write(int fd)
{
	mode_t kind = kind_of(fd);

	if (kind != S_IFCHR)
		meets_shared(kind == S_IFREG);
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
	place = syscall(SYS_lseek, fd, 0, SEEK_CUR);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return;
	syscall(SYS_lseek, own, place, SEEK_SET);
	dup3(own, fd, O_CLOEXEC);
	syscall(SYS_close, own);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	note_write(fd);
	return syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	note_write(fd);
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	note_write(fd);
	return syscall(SYS_writev, fd, parts, n);
}

int ftruncate(int fd, off_t bytes)
{
	note_write(fd);
	return (int)syscall(SYS_ftruncate, fd, bytes);
}

static void note_read(int fd)
{
	mode_t kind = kind_of(fd);

	if (kind == S_IFREG && now.does == GOES_ON && now.is_counting && is_starved())
		part_file(fd);
	else if (kind != S_IFREG && kind != S_IFCHR)
		meets_shared(false);
}

ssize_t read(int fd, void *bytes, size_t n)
{
	note_read(fd);
	return syscall(SYS_read, fd, bytes, n);
}

off_t lseek(int fd, off_t offset, int whence)
{
	note_read(fd);
	return syscall(SYS_lseek, fd, offset, whence);
}

int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (flags & (O_CREAT | O_TRUNC))
		meets_shared(true);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int unlink(const char *path)
{
	meets_shared(true);
	return (int)syscall(SYS_unlink, path);
}

int rmdir(const char *path)
{
	meets_shared(true);
	return (int)syscall(SYS_rmdir, path);
}

int mkdir(const char *path, mode_t mode)
{
	meets_shared(true);
	return (int)syscall(SYS_mkdir, path, mode);
}

int truncate(const char *path, off_t bytes)
{
	meets_shared(true);
	return (int)syscall(SYS_truncate, path, bytes);
}

int rename(const char *from, const char *to)
{
	meets_shared(true);
	return (int)syscall(SYS_rename, from, to);
}

int pipe2(int fds[2], int flags)
{
	meets_shared(false);
	return (int)syscall(SYS_pipe2, fds, flags);
}

int pipe(int fds[2])
{
	return pipe2(fds, 0);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	meets_shared(false);
	return (int)syscall(SYS_socketpair, domain, type, protocol, fds);
}

int socket(int domain, int type, int protocol)
{
	meets_shared(false);
	return (int)syscall(SYS_socket, domain, type, protocol);
}
