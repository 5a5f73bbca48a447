// SPDX-License-Identifier: GPL-2.0-only
/* shim.c - warnings and printed lines of the kernel; a warning ends the test. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include "internal.h"
#include "shim.h"

static pthread_t main_thread;
static u64 log_lines;
static _Thread_local char log_last[256];
static bool verbose;

void shim_bug(const char *file, int line, const char *what)
{
	print_error("kernel bug: %s (%s:%d)\n", what, file, line);
	/* cmocka ends a test by a jump, which only the thread that entered the test may do. */
	if (!pthread_equal(pthread_self(), main_thread))
		abort();
	_fail(file, line);
}

void shim_printk(const char *fmt, ...)
{
	va_list args;

	__atomic_add_fetch(&log_lines, 1, __ATOMIC_RELAXED);
	va_start(args, fmt);
	vsnprintf(log_last, sizeof(log_last), fmt, args);
	va_end(args);
	if (verbose)
		fputs(log_last, stderr);
}

u64 shim_log_lines(void)
{
	return log_lines;
}

const char *shim_log_last(void)
{
	return log_last;
}

void shim_reset(void)
{
	main_thread = pthread_self();
	verbose = getenv("SHIM_VERBOSE");
	log_lines = 0;
	log_last[0] = '\0';
	shim_lock_reset();
	shim_task_reset();
	shim_alloc_reset();
	shim_mm_reset();
	shim_mm_iommu_reset();
	shim_rbtree_reset();
	shim_uaccess_reset();
	shim_rcu_reset();
}
