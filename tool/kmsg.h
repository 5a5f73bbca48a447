/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmsg.h - the last error of a device in the kernel's log.
 */
#ifndef TCECTL_KMSG_H
#define TCECTL_KMSG_H

/* The last line of level "err" or worse that names the device; NULL when none is seen */
const char *kmsg_last_error(const char *bdf);

#endif
