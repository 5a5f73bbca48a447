// SPDX-License-Identifier: GPL-2.0-only
/* uaccess.c - copies between the driver and the test program that calls it. */
#include <linux/kernel.h>
#include <linux/uaccess.h>
#include <string.h>
#include "internal.h"
#include "shim.h"

static struct countdown fail;

void shim_uaccess_reset(void)
{
	fail.left = 0;
}

void shim_fail_copy(u64 nth)
{
	fail.left = nth;
}

static unsigned long copy(void *to, const void *from, unsigned long n)
{
	shim_may_sleep();
	BUG_ON(shim_mutexes());
	if (countdown_hits(&fail))
		return n;
	memcpy(to, from, n);
	return 0;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return from ? copy(to, from, n) : n;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return to ? copy(to, from, n) : n;
}
