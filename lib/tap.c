// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap.c - the test runner
 *
 * A test is a forked child, so a crash, a hang or an exit() in it is just its result, and nothing
 * that it opened outlives it. The test writes its result into a page shared with the parent, and
 * the parent prints the one line for it. Processes and threads that the test starts can record a
 * failure in the same way. A recorded failure counts even if the test then ends well.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define USUAL_LIMIT	30
#define SKIPPED		77

struct record {
	unsigned int failures;
	char why[2048];
};

/* The record of a program outside of tests. */
static struct record own;
static struct record *record = &own;

static int channel = STDOUT_FILENO;

static void line(const char *text)
{
	ssize_t n = write(channel, text, strlen(text));

	(void)n;
}

static void vline(const char *head, const char *format, va_list args)
{
	char text[1024], whole[1100];

	vsnprintf(text, sizeof(text), format, args);
	snprintf(whole, sizeof(whole), "%s%s\n", head, text);
	line(whole);
}

void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vline("# ", format, args);
	va_end(args);
}

static void add(const char *format, va_list args)
{
	size_t used = strlen(record->why);

	record->failures++;
	if (used && used + 3 < sizeof(record->why)) {
		strcpy(record->why + used, "; ");
		used += 2;
	}
	vsnprintf(record->why + used, sizeof(record->why) - used, format, args);
}

bool tap_check(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		return true;
	va_start(args, format);
	add(format, args);
	va_end(args);
	return false;
}

void tap_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(format, args);
	va_end(args);
	if (record == &own) {
		line("not ok program - ");
		line(own.why);
		line("\n");
	}
	_exit(1);
}

void tap_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(record->why, sizeof(record->why), format, args);
	va_end(args);
	_exit(SKIPPED);
}

bool tap_failed(void)
{
	return record->failures;
}

static const char *result_name(int ret, char *room, size_t size)
{
	if (ret >= 0)
		snprintf(room, size, "%d", ret);
	else if (strerrorname_np(-ret))
		snprintf(room, size, "-%s", strerrorname_np(-ret));
	else
		snprintf(room, size, "%d, which is no errno", ret);
	return room;
}

bool tap_errno(int got, int want, const char *format, ...)
{
	char what[256], is[32], should[32];
	va_list args;

	if (got == want)
		return true;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return tap_check(false, "%s: %s, not %s", what, result_name(got, is, sizeof(is)),
			 result_name(want, should, sizeof(should)));
}

void tap_open(const char *path)
{
	channel = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	if (channel < 0) {
		perror(path);
		exit(2);
	}
}

void tap_list(const struct tap_test *const suites[])
{
	for (; *suites; suites++)
		for (const struct tap_test *t = *suites; t->name; t++)
			puts(t->name);
}

unsigned int tap_slowness(void)
{
	const char *slowness = getenv("SLOWNESS");

	return slowness ? atoi(slowness) : 1;
}

static unsigned int limit_of(const struct tap_test *t)
{
	return (t->limit ? t->limit : USUAL_LIMIT) * tap_slowness();
}

static void child(const struct tap_test *t)
{
	setpgid(0, 0);
	alarm(limit_of(t));
	t->run();
	fflush(NULL);
	_exit(record->failures ? 1 : 0);
}

/* Records why the child's end is a failure, if it is one. */
static void judge(const struct tap_test *t, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		tap_check(false, "not done after %u s", limit_of(t));
	else if (WIFSIGNALED(status))
		tap_check(false, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) && !record->failures)
		tap_check(false, "exit status %d", WEXITSTATUS(status));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void result_line(const struct tap_test *t, enum tap_result result, const char *why)
{
	static const char *const words[] = { "ok", "not ok", "skip" };
	char text[sizeof(record->why) + 128];

	snprintf(text, sizeof(text), "%s %s%s%s\n", words[result], t->name, *why ? " - " : "", why);
	line(text);
}

static void report(const struct tap_test *t, const struct tap_hooks *hooks, bool skipped,
		   double seconds)
{
	enum tap_result result = record->failures ? TAP_FAILED : skipped ? TAP_SKIPPED : TAP_OK;

	if (hooks->result) {
		hooks->result(t, result, record->why);
		return;
	}
	result_line(t, result, record->why);
	if (seconds > 2.0)
		tap_note("%s took %.1f s", t->name, seconds);
}

/* True if the test failed. */
static bool run_one(const struct tap_test *t, const struct tap_hooks *hooks)
{
	double start = now();
	bool skipped;
	int status;
	pid_t pid;

	memset(record, 0, sizeof(*record));
	if (hooks->before)
		hooks->before();
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid)
		child(t);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	skipped = WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
	if (!skipped)
		judge(t, status);
	if (hooks->after)
		hooks->after();
	report(t, hooks, skipped, now() - start);
	return record->failures;
}

/* A test is called TOPIC/WHAT and is chosen by its whole name or by its topic. */
static bool chosen(const char *name, const char *by)
{
	size_t n = strlen(by);

	return !strncmp(name, by, n) && (name[n] == '\0' || name[n] == '/');
}

static bool wanted(const char *name, char *const names[])
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (chosen(name, *names))
			return true;
	return false;
}

static bool known(const struct tap_test *const suites[], const char *name)
{
	for (; *suites; suites++)
		for (const struct tap_test *t = *suites; t->name; t++)
			if (chosen(t->name, name))
				return true;
	fprintf(stderr, "there is no test %s\n", name);
	return false;
}

int tap_run(const struct tap_test *const suites[], const struct tap_hooks *hooks,
	    char *const names[])
{
	int failed = 0;

	for (char *const *n = names; *n; n++)
		if (!known(suites, *n))
			return -1;
	record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (record == MAP_FAILED)
		return -1;
	for (; *suites; suites++)
		for (const struct tap_test *t = *suites; t->name; t++)
			if (wanted(t->name, names))
				failed += run_one(t, hooks);
	return failed;
}
