/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reference.h - what an IOAS does, told as simply as can be: arrays of pages, lists of windows and
 * of registered ranges, firmware as QEMU's pseries machine has it. Nothing is batched, nothing can
 * fail but for what the caller asks. There are two IOASes, which share nothing but PEs.
 *
 * Each function is called after the module's own, with what that returned, and returns what it
 * should have returned. On 0 the reference changes too.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "world.h"

#define REF_PES		2
#define REF_IOASES	2
#define REF_DFLT_SIZE	(8 * MiB)

void ref_reset(bool v1, const u64 high[REF_PES]);
/* From here on it is this IOAS's turn. */
void ref_use(u32 ioas);
/* The IOAS that a PE is in, -1 for none. */
int ref_ioas_of(u32 pe);
/* The IOAS has come to its end, with no PE left in it, and another one takes its place. */
void ref_closed(bool v1);

int ref_attach(u32 pe, int rc);
void ref_detach(u32 pe);
int ref_enable(void);
int ref_disable(void);
int ref_register(u64 ua, u64 size);
int ref_unregister(u64 ua, u64 size, int rc);
int ref_create(u32 shift, u64 size, u32 levels, u64 *start, int rc);
int ref_remove(u64 ioba);
int ref_map(u64 ioba, u64 ua, u64 size, u64 perm);
int ref_unmap(u64 ioba, u64 size);

/* KVM wrote a TCE of window @num, or, if @vague, may have: with @perm 0 nothing is there now. */
void ref_kvm(u32 num, u64 ioba, u64 perm, bool vague);

/* What happened to a call that a fault was planned for, if it failed. */
enum ref_failure {
	REF_AS_BEFORE,		/* it was taken back */
	REF_PART_GONE,		/* UNMAP, killed: some pages of the range are gone */
	REF_UNKNOWN		/* the way back may have failed too */
};

/* A MAP, UNMAP or (with @size 0) REMOVE at @ioba failed. */
void ref_failed(u64 ioba, u64 size, enum ref_failure how);
/* A call that failed may have made the IOAS somebody's all the same. */
void ref_owned_by(struct mm_struct *mm);
/* A PE's windows changed under faults: which ones firmware has is not predicted any more. */
void ref_firmware_unknown(void);

/* Start and page size of window @num; false when there is none. */
bool ref_window(u32 num, u64 *start, u64 *size, u32 *shift);
/* A registered range by number, which counts round; false when there is none. */
bool ref_region(u32 i, u64 *ua, u64 *size);
/* log2 of the page size at a bus address, 12 where no window is. */
u32 ref_shift(u64 ioba);

/* The hypervisor translates as it should: a range; everything, of all IOASes. */
void ref_compare(u64 ioba, u64 size);
void ref_compare_all(void);

/* An assertion of these programs: tells, and ends as a crash would. */
#define CHECK(cond, ...)						\
	do {								\
		if (!(cond))						\
			check_failed(__func__, #cond, __VA_ARGS__);	\
	} while (0)

void check_failed(const char *where, const char *cond, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

#endif
