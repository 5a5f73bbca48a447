/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kstat.h - numbers of the kernel: locked and pinned memory, allocations, messages.
 */
#ifndef GUEST_KSTAT_H
#define GUEST_KSTAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* VmLck of a process in KiB; 0 means the caller. */
uint64_t kstat_locked(pid_t pid);

/* Pages pinned in the whole system: acquired minus released. */
int64_t kstat_pins(void);
/*
 * These pages stay pinned for good, as they should: kstat_pins() does not count them from now on.
 */
void kstat_keep_pins(int64_t pages);
/*
 * Pages are unpinned a moment late, by an RCU callback: waits up to two seconds for the number,
 * and returns the last one seen.
 */
int64_t kstat_wait_pins(int64_t want);

/* A counter of /proc/vmstat. */
uint64_t kstat_event(const char *name);
/* One line of /proc/meminfo in KiB. */
uint64_t kstat_memory(const char *name);
/* Active objects of all caches whose name starts with "kmalloc". */
uint64_t kstat_objects(void);

/* Is the kernel's version below this one? */
bool kstat_older(unsigned int major, unsigned int minor);
/* Does the kernel pin ordinary files for writing? 6.5 and later refuse, also RHEL from 9.6 on. */
bool kstat_pins_files(void);

/* A reader of kernel messages that starts after the last one written so far. */
int kmsg_open(void);
/* The number of new messages; copies the first one to @sample. */
unsigned int kmsg_count(int fd, char *sample, unsigned int size);

#endif
