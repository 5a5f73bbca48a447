/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the parts of ioctl_fuzz share: dice, counts, and the two containers of a round's
 * process.
 */
#ifndef GUEST_FUZZ_H
#define GUEST_FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "tap.h"
#include "vfio.h"

#define FUZZ_MEMORY	(32 * MIB)
#define FUZZ_GRID	(64 * KIB)	/* aligned for both page sizes of kernels */
#define FUZZ_PATIENCE_MS	(5000 * tap_slowness())	/* until a group can be opened */
#define FUZZ_HIGH	(1ULL << 59)	/* where QEMU puts a second window */

enum fuzz_kind {
	REGISTER, UNREGISTER, CREATE, REMOVE, MAP, UNMAP, INFO, ENABLE, DISABLE, ATTACH, DEVICE,
	ODD, REPLACE, GROUP_ALONE,
	/* only with a second device */
	SECOND_MAP, JOIN,
	/* only with KVM */
	VM, VM_DEVICE, VM_TABLE, GROUP_ADD, GROUP_TABLE, GROUP_DEL,
	/* moves of the system as a whole */
	UNLOAD, HOST, RESET, OFFLINE,
	FUZZ_KINDS
};

/*
 * In memory that all processes share. @moving is odd during a move of the system as a whole,
 * @ready is the number of the current round, from 1.
 */
struct fuzz_count {
	atomic_uint calls[FUZZ_KINDS];
	atomic_uint good[FUZZ_KINDS];
	atomic_uint moving;
	atomic_uint ready;
};

extern struct fuzz_count *fuzz_count;

/* The devices; the second one is NULL if there is none. */
extern const char *fuzz_bdf[2];
extern bool fuzz_has_kvm;

/* What the processes of a round inherit. Both sides may have the same container. */
struct fuzz_side {
	struct vfio v;
	uint64_t last_window;
};

extern struct fuzz_side fuzz_side[2];
extern uint8_t *fuzz_memory;

extern __thread unsigned int fuzz_seed;

void fuzz_setup(void);
unsigned int dice(unsigned int sides);
bool seldom(void);
int note(enum fuzz_kind kind, int ret);
uint64_t odd_number(void);
uint64_t now_ms(void);

/* --- fuzz_calls.c --- */

/* Makes a call of the user interface. */
void fuzz_call(void);
/* A thread that makes calls for ever; its argument is the seed. */
void *fuzz_caller(void *seed);
/* Adds a group to its container, and sets the container's driver. */
void fuzz_attach(struct fuzz_side *side);

/* --- fuzz_meanwhile.c --- */

/*
 * Starts other processes of a round: children that share descriptors; one that only opens groups.
 */
void fuzz_start_children(void);
void fuzz_start_holder(void);
/* Opens a container. Others may have the group open, or the system may change. 0 or -errno. */
int fuzz_open(struct fuzz_side *side, const char *bdf, unsigned long type);
/* Adds the second PE to the first container, with up to @tries tries while its group is busy. */
void fuzz_join(unsigned int tries);
/* Does something that disturbs the calls. @shared: children hold the descriptors. */
void fuzz_disturb(bool shared);

/* --- fuzz_kvm.c --- */

/* Causes a warning that KVM gives once, so that it does not come later. */
void fuzz_kvm_setup(void);
/* Makes a call of KVM's, about groups. */
void fuzz_kvm_call(void);

/* --- fuzz_system.c --- */

/*
 * The @number-th move of the system as a whole: the module is unloaded and loaded, a device goes
 * to the host and comes back, or is reset, memory goes offline and online. The system is as
 * before then. @alone: there is no user, so the move must succeed.
 */
void fuzz_move(unsigned int number, bool alone);
bool fuzz_module_can_go(void);
/* Unbinds the first device; binds a device to its user's driver again. */
int fuzz_unbind(void);
int fuzz_bind(const char *bdf);

#endif
