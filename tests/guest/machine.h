/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - a guest of KVM's that only changes TCEs, and what QEMU does for such a guest
 *
 * The guest is a few instructions in real mode on one processor. It needs KVM for a partition,
 * that is, a machine that allows nested guests.
 */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio.h"

struct kvm_run;

#define MACHINE_TCES	32768U		/* of 4 KiB, from 0 on, within every default window */
#define MACHINE_CODE	0x1000		/* the page of its instructions */
#define MACHINE_PAGE	4096ULL		/* what a TCE of its is for */
#define MACHINE_BOTH	3ULL		/* in a TCE: the device may read and write */

struct machine {
	int kvm;
	int vm;
	int vcpu;
	int device;		/* the VFIO device that tells KVM of groups */
	int table;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;	/* all of its memory, from 0 on */
	struct vfio *v;		/* the container for calls that KVM leaves; NULL: none */
	unsigned int left;	/* calls that KVM left to user space */
};

/* The guest's work: @count calls of H_PUT_TCE, in steps. */
struct puts {
	uint64_t ioba;
	uint64_t tce;
	uint64_t ioba_step;
	uint64_t tce_step;
	unsigned int count;
};

/* The memory's size must be a multiple of 64 KiB, for KVM. */
void machine_open(struct machine *m, void *memory, size_t size);
/* Ties the machine's table to an open group. Returns KVM's answer, 0 or -errno. */
int machine_attach(struct machine *m, int group);
/* KVM forgets the group, and drops the group's tables. */
void machine_detach(struct machine *m, int group);
/* Is KVM lent nothing, because it can be preempted? Then all calls that map go to user space. */
bool machine_lent_nothing(void);
/* Returns the number of calls that did not return H_SUCCESS. */
unsigned int machine_put(struct machine *m, const struct puts *p);
/* The guest maps consecutive 4 KiB pages of its memory from @address on, or unmaps. */
void machine_map(struct machine *m, uint64_t ioba, uint64_t address, unsigned int pages);
void machine_unmap(struct machine *m, uint64_t ioba, unsigned int pages);
/* Closes all but the device and the table, each of which keeps the guest alive. */
void machine_stop(struct machine *m);
void machine_close(struct machine *m);

#endif
