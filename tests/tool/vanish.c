// SPDX-License-Identifier: GPL-2.0-only
/*
 * vanish.c - a library that makes files vanish under a program
 *
 * It is loaded before a program's own libraries. It counts the program's looks at files below
 * VANISH_BELOW. Look number VANISH_AT finds nothing; with VANISH_REST in the environment, all later
 * looks find nothing, too. The library then makes the file VANISH_HIT: if that file is missing, the
 * program has looked less often.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int looks;

static bool below(const char *path)
{
	const char *top = getenv("VANISH_BELOW");

	return top && !strncmp(path, top, strlen(top));
}

static void tell(void)
{
	close(syscall(SYS_openat, AT_FDCWD, getenv("VANISH_HIT"), O_CREAT | O_WRONLY, 0644));
}

static bool gone(const char *path)
{
	const char *at = getenv("VANISH_AT");
	int wanted = at ? atoi(at) : 0;

	if (!wanted || !below(path) || ++looks < wanted)
		return false;
	if (looks > wanted && !getenv("VANISH_REST"))
		return false;
	tell();
	errno = ENOENT;
	return true;
}

/* The C library's own function of the same name. */
#define REAL(name)	((typeof(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	return gone(path) ? -1 : REAL(open)(path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	return gone(path) ? NULL : REAL(fopen)(path, mode);
}

int access(const char *path, int mode)
{
	return gone(path) ? -1 : REAL(access)(path, mode);
}

int stat(const char *path, struct stat *st)
{
	return gone(path) ? -1 : REAL(stat)(path, st);
}

ssize_t readlink(const char *path, char *to, size_t size)
{
	return gone(path) ? -1 : REAL(readlink)(path, to, size);
}

char *realpath(const char *path, char *resolved)
{
	return gone(path) ? NULL : REAL(realpath)(path, resolved);
}

int scandir(const char *path, struct dirent ***names, int (*wanted)(const struct dirent *),
	    int (*order)(const struct dirent **, const struct dirent **))
{
	return gone(path) ? -1 : REAL(scandir)(path, names, wanted, order);
}
