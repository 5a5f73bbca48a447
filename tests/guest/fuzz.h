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
#include "vfio.h"

#define FUZZ_MEMORY	(32 * MIB)
#define FUZZ_GRID	(64 * KIB)	/* aligned on kernels of either page size */
#define FUZZ_PATIENCE_MS	5000	/* until a group can be opened */
#define FUZZ_HIGH	(1ULL << 59)	/* where QEMU puts a window beside another one */

enum fuzz_kind {
	REGISTER, UNREGISTER, CREATE, REMOVE, MAP, UNMAP, INFO, ENABLE, DISABLE, ATTACH, DEVICE,
	ODD, REPLACE, GROUP_ALONE,
	/* where there is a second device */
	SECOND_MAP, JOIN,
	/* where there is KVM */
	VM, VM_DEVICE, VM_TABLE, GROUP_ADD, GROUP_TABLE, GROUP_DEL,
	/* of the system as a whole */
	UNLOAD, HOST, RESET, OFFLINE,
	FUZZ_KINDS
};

/*
 * In memory that all processes share. @moving is odd while the system as a whole is changed;
 * @ready is the number of the round that is under way, counted from 1.
 */
struct fuzz_count {
	atomic_uint calls[FUZZ_KINDS];
	atomic_uint good[FUZZ_KINDS];
	atomic_uint moving;
	atomic_uint ready;
};

extern struct fuzz_count *fuzz_count;

/* The devices, the second one NULL where there is none. */
extern const char *fuzz_bdf[2];
extern bool fuzz_has_kvm;

/* What the processes of a round share by inheritance. Containers may be one and the same. */
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

/* A call on the user interface. */
void fuzz_call(void);
/* For ever, as a thread does: its argument is the seed. */
void *fuzz_caller(void *seed);
/* A group comes to its container, and the container to its driver. */
void fuzz_attach(struct fuzz_side *side);

/* --- fuzz_meanwhile.c --- */

/* Other processes of a round: children that share descriptors, and one that only opens groups. */
void fuzz_start_children(void);
void fuzz_start_holder(void);
/* Opens a container while others may have the group, or the system changes. 0 or -errno. */
int fuzz_open(struct fuzz_side *side, const char *bdf, unsigned long type);
/* The second PE comes to the first container; tried so often while somebody has its group. */
void fuzz_join(unsigned int tries);
/* Something that goes on meanwhile. @shared: children hold the descriptors. */
void fuzz_disturb(bool shared);

/* --- fuzz_kvm.c --- */

/* KVM warns by itself of one thing, once: gets that over with. */
void fuzz_kvm_setup(void);
/* A call of KVM's, about groups. */
void fuzz_kvm_call(void);

/* --- fuzz_system.c --- */

/*
 * The @number-th move of the system as a whole: the module goes and comes, a device goes to the
 * host and comes back, is reset, memory goes offline and online. All is as it was then. @alone:
 * nobody is there to be in its way, so it has to succeed.
 */
void fuzz_move(unsigned int number, bool alone);
bool fuzz_module_can_go(void);
/* The first device has no driver, and its user's again. */
int fuzz_unbind(void);
int fuzz_bind(const char *bdf);

#endif
