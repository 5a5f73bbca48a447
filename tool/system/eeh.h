/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - has the platform stopped a PE after an error (EEH)?
 */
#ifndef TCECTL_EEH_H
#define TCECTL_EEH_H

/**
 * enum eeh - a PE's state
 * @EEH_UNKNOWN:    there is no EEH here, or no word of it
 * @EEH_WORKING:    nothing is wrong
 * @EEH_RECOVERING: the kernel, or a user, is at work on it
 * @EEH_STOPPED:    it neither does DMA nor answers
 * @EEH_REMOVED:    the kernel has given it up
 */
enum eeh { EEH_UNKNOWN, EEH_WORKING, EEH_RECOVERING, EEH_STOPPED, EEH_REMOVED };

enum eeh eeh_of(const char *bdf);

/*
 * How often the kernel began to recover its PE, by its log: the kernel's own count is for itself
 * alone. What a user's program recovers is not in there. -1 when not known.
 */
int eeh_recoveries(const char *bdf);

/* "working" and so on; NULL when not known */
const char *eeh_text(enum eeh eeh);

#endif
