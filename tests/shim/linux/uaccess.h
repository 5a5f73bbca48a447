/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User memory is the test program's own memory. Both calls may fault (shim_fail_copy()), and both
 * require that no lock is held.
 */
#ifndef SHIM_LINUX_UACCESS_H
#define SHIM_LINUX_UACCESS_H

#include <linux/types.h>

__must_check unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
__must_check unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);

#endif
