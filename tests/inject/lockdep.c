// SPDX-License-Identifier: GPL-2.0-only
/*
 * lockdep.c - the end of the kernel's check of locks.
 *
 *   echo 0 >/sys/module/tce_inject/parameters/lockdep
 *
 * switches lockdep off until the next boot. For what the kernel's own drivers do against its rules,
 * and lockdep itself does not survive. Kernels without lockdep do not have the parameter.
 */
#include <linux/debug_locks.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>

static int lockdep_set(const char *text, const struct kernel_param *kp)
{
	if (!sysfs_streq(text, "0"))
		return -EINVAL;
	debug_locks_off();
	return 0;
}

static const struct kernel_param_ops lockdep_ops = { .set = lockdep_set };
module_param_cb(lockdep, &lockdep_ops, NULL, 0200);
