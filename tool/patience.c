// SPDX-License-Identifier: GPL-2.0-only
/*
 * patience.c - a child, a pipe and a clock. A child that waits in the kernel and cannot be killed
 * stays behind. It ends when the kernel stops waiting, and init reaps it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "patience.h"

static long left_ms = PATIENCE_SECONDS * 1000L;

/**
 * struct answer - what has come from the child
 * @text: @size bytes, and room for as many more
 */
struct answer {
	char *text;
	size_t size;
	size_t room;
};

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void child(int (*work)(int out, void *data), void *data, const int pipes[2])
{
	signal(SIGPIPE, SIG_DFL);
	close(pipes[0]);
	_exit(work(pipes[1], data));
}

/* Return: more than 0 if there may be more, 0 at the end, less than 0 on an error. */
static ssize_t take(struct answer *a, int fd)
{
	ssize_t n;

	if (a->room - a->size < 2) {
		a->room = a->room ? 2 * a->room : 8192;
		a->text = must(realloc(a->text, a->room));
	}
	n = read(fd, a->text + a->size, a->room - a->size - 1);
	if (n < 0 && errno == EINTR)
		return 1;
	a->size += n > 0 ? n : 0;
	a->text[a->size] = 0;
	return n;
}

/* Waits for the child's answer, at least 50 ms. Return: 0, or ETIMEDOUT. */
static int listen_to(int fd, struct answer *a)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long end = now_ms() + (left_ms > 50 ? left_ms : 50);
	long rest = 0;
	int rc = ETIMEDOUT;

	while (rc && (rest = end - now_ms()) > 0)
		if (poll(&p, 1, rest) > 0 && take(a, fd) <= 0)
			rc = 0;
	left_ms = rest > 0 ? rest : 0;
	return rc;
}

static int outcome(pid_t pid, int rc)
{
	int status = 0;

	if (rc) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, WNOHANG);
		return rc;
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EIO;
	return WEXITSTATUS(status);
}

int patient(int (*work)(int out, void *data), void *data, char **text, size_t *size)
{
	struct answer a = { 0 };
	int pipes[2], rc;
	pid_t pid;

	if (pipe(pipes))
		return errno;
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(work, data, pipes);
	rc = pid < 0 ? errno : 0;
	close(pipes[1]);
	if (!rc)
		rc = outcome(pid, listen_to(pipes[0], &a));
	close(pipes[0]);
	if (!text || (rc && rc != ETIMEDOUT)) {
		free(a.text);
		return rc;
	}
	*text = a.text;
	*size = a.size;
	return rc;
}

void patience_again(void)
{
	left_ms = PATIENCE_SECONDS * 1000L;
}
