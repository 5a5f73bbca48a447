/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reference.h - an IOAS in its simplest form: arrays of pages, lists of windows and registered
 * ranges.
 *
 * Firmware is as in QEMU's pseries machine. There are no batches, and a call only fails for its
 * arguments. There are two IOASes, which share only PEs.
 *
 * The caller calls each function after the module's own, with that one's result. The function
 * returns what the module should have returned. If that is 0, the reference changes, too.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "world.h"

#define REF_PES		2
#define REF_IOASES	2
#define REF_DFLT_SIZE	(8 * MiB)

void ref_reset(bool v1, const u64 high[REF_PES]);
/* The next calls are for this IOAS. */
void ref_use(u32 ioas);
/* The IOAS that a PE is in, -1 for none. */
int ref_ioas_of(u32 pe);
/* The IOAS has ended, with no PE left in it, and a new one takes its place. */
void ref_closed(bool v1);

int ref_attach(u32 pe, int rc);
/* @given_back: the host has the PE again; else a window that could not be removed may be there. */
void ref_detach(u32 pe, bool given_back);
int ref_enable(void);
int ref_disable(void);
int ref_register(u64 ua, u64 size);
int ref_unregister(u64 ua, u64 size, int rc);
int ref_create(u32 shift, u64 size, u32 levels, u64 *start, int rc);
int ref_remove(u64 ioba);
int ref_map(u64 ioba, u64 ua, u64 size, u64 perm);
int ref_unmap(u64 ioba, u64 size);

/* KVM wrote a TCE of window @num, or may have, if @vague. With @perm 0 it cleared the TCE. */
void ref_kvm(u32 num, u64 ioba, u64 perm, bool vague);

/* The effect of a call that failed by its fault. */
enum ref_failure {
	REF_AS_BEFORE,		/* the call was undone */
	REF_PART_GONE,		/* a killed UNMAP: some pages of the range are unmapped */
	REF_UNKNOWN		/* the undo may have failed, too */
};

/* A MAP, UNMAP or (with @size 0) REMOVE at @ioba failed. */
void ref_failed(u64 ioba, u64 size, enum ref_failure how);
/* A call that failed may still have given the IOAS an owner. */
void ref_owned_by(struct mm_struct *mm);
/* A PE's windows changed under faults: the reference does not know firmware's windows any more. */
void ref_firmware_unknown(void);

/* Start and page size of window @num; false when there is none. */
bool ref_window(u32 num, u64 *start, u64 *size, u32 *shift);
/* A registered range by number, modulo their count; false when there is none. */
bool ref_region(u32 i, u64 *ua, u64 *size);
/* log2 of the page size at a bus address, 12 outside of windows. */
u32 ref_shift(u64 ioba);

/* Checks that the hypervisor translates as it should: a range; everything, of all IOASes. */
void ref_compare(u64 ioba, u64 size);
void ref_compare_all(void);

/* An assertion of these programs: prints a message, and crashes. */
#define CHECK(cond, ...)						\
	do {								\
		if (!(cond))						\
			check_failed(__func__, #cond, __VA_ARGS__);	\
	} while (0)

void check_failed(const char *where, const char *cond, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

#endif
