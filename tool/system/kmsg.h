/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmsg.h - the last error of a device, and errors of a PE, in the kernel's log.
 */
#ifndef TCECTL_KMSG_H
#define TCECTL_KMSG_H

/* The last line of level "err" or worse that names the device; NULL when none is seen */
const char *kmsg_last_error(const char *bdf);

/* How often the kernel began to recover a PE, by its log; -1 when that cannot be read */
int kmsg_recoveries(unsigned int bridge, unsigned int address);

#endif
