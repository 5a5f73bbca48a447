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

#define MACHINE_TCES	32768U		/* of 4 KiB, from 0 on, where every default window is */
#define MACHINE_CODE	0x1000		/* the page where its instructions are */

struct machine {
	int kvm;
	int vm;
	int vcpu;
	int device;		/* through which KVM is told of groups */
	int table;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;	/* all that it has, from 0 on */
	struct vfio *v;		/* who maps what KVM leaves to user space; NULL: nobody */
	unsigned int left;	/* calls that KVM left to user space */
};

/* What the guest is to do: that many H_PUT_TCE, in steps. */
struct puts {
	uint64_t ioba;
	uint64_t tce;
	uint64_t ioba_step;
	uint64_t tce_step;
	unsigned int count;
};

/* The memory's size is one that KVM takes: a multiple of 64 KiB. */
void machine_open(struct machine *m, void *memory, size_t size);
/* Its table, tied to a group that is open: 0 or -errno, which is KVM's to decide. */
int machine_attach(struct machine *m, int group);
/* KVM forgets the group, and with it those tables of the group's that it has. */
void machine_detach(struct machine *m, int group);
/* Is KVM lent nothing, since it can be preempted? Then all calls that map are user space's. */
bool machine_lent_nothing(void);
/* Calls that did not give H_SUCCESS. */
unsigned int machine_put(struct machine *m, const struct puts *p);
/* Pages of 4 KiB of its memory from there on, one after the other, or nothing. */
void machine_map(struct machine *m, uint64_t ioba, uint64_t address, unsigned int pages);
void machine_unmap(struct machine *m, uint64_t ioba, unsigned int pages);
/* Closes all but the device and the table, each of which keeps the guest alive. */
void machine_stop(struct machine *m);
void machine_close(struct machine *m);

#endif
