/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap.h - tests as a table, each run in a process of its own with a time limit
 *
 * Each test gives one line on the channel: "ok NAME", "not ok NAME - why" or "skip NAME - why".
 * Lines with "# " are remarks.
 */
#ifndef LIB_TAP_H
#define LIB_TAP_H

#include <stdbool.h>

struct tap_test {
	const char *name;
	void (*run)(void);
	unsigned int limit;	/* seconds; 0: the usual 30. Each tap_slowness() times as long */
};

/* SLOWNESS in the environment: how many times as long as elsewhere all takes on this kernel. */
unsigned int tap_slowness(void);

enum tap_result { TAP_OK, TAP_FAILED, TAP_SKIPPED };

/*
 * Called around every test in the parent, each may be NULL; after() may call tap_check(). result()
 * takes the place of the test's line on the channel; why is "" for a success.
 */
struct tap_hooks {
	void (*before)(void);
	void (*after)(void);
	void (*result)(const struct tap_test *t, enum tap_result result, const char *why);
};

/* Soft: records the failure, and the test goes on. Returns the condition. */
bool tap_check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Hard: records the failure and ends the calling process. */
void tap_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void tap_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool tap_failed(void);

/* A result that stands for an errno value, with the name of what was called. */
bool tap_errno(int got, int want, const char *format, ...) __attribute__((format(printf, 3, 4)));

void tap_open(const char *path);
void tap_list(const struct tap_test *const suites[]);
/*
 * Runs the tests of those names or topics (what comes before the slash), all of them without a
 * name. Returns how many failed, -1 for an unknown name.
 */
int tap_run(const struct tap_test *const suites[], const struct tap_hooks *hooks,
	    char *const names[]);

#endif
