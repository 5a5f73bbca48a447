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
	unsigned int limit;	/* seconds; 0: the usual 30. Multiplied by tap_slowness() */
};

/* SLOWNESS in the environment: the factor by which this kernel is slower than others. */
unsigned int tap_slowness(void);

enum tap_result { TAP_OK, TAP_FAILED, TAP_SKIPPED };

/*
 * The parent calls these around every test; each may be NULL. after() may call tap_check(). If
 * there is a result(), it replaces the test's line on the channel; why is "" for a success.
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

/* Checks a call's result against an errno value; the text names the call. */
bool tap_errno(int got, int want, const char *format, ...) __attribute__((format(printf, 3, 4)));

void tap_open(const char *path);
void tap_list(const struct tap_test *const suites[]);
/*
 * Runs the tests with these names or topics (the part before the slash); all tests if there is no
 * name. Returns how many failed, -1 for an unknown name.
 */
int tap_run(const struct tap_test *const suites[], const struct tap_hooks *hooks,
	    char *const names[]);

#endif
