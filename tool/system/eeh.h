/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - a PE's state after errors (EEH): has the platform stopped it?
 */
#ifndef TCECTL_EEH_H
#define TCECTL_EEH_H

/**
 * enum eeh - a PE's state
 * @EEH_UNKNOWN:    there is no EEH here, or the state is not known
 * @EEH_WORKING:    nothing is wrong
 * @EEH_RECOVERING: the kernel, or a user, is recovering it
 * @EEH_STOPPED:    it neither does DMA nor answers
 * @EEH_REMOVED:    the kernel has given it up
 */
enum eeh { EEH_UNKNOWN, EEH_WORKING, EEH_RECOVERING, EEH_STOPPED, EEH_REMOVED };

enum eeh eeh_of(const char *bdf);

/*
 * How often the kernel began to recover the function's PE, by the kernel's log: the kernel does
 * not show its own count. Recoveries by a user's program are not included. -1 when not known.
 */
int eeh_recoveries(const char *bdf);

/* "working" and so on; NULL when not known */
const char *eeh_text(enum eeh eeh);

#endif
