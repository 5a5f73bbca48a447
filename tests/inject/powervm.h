/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * powervm.h - PowerVM's behaviour, between the hypervisor's callers and QEMU's hypervisor.
 *
 * These functions are for a probe at a function's first instruction: they read its arguments, and
 * make the call themselves if its results must be different.
 */
#ifndef INJECT_POWERVM_H
#define INJECT_POWERVM_H

#include <linux/ptrace.h>
#include <linux/types.h>

/* The kinds of RTAS calls that it handles. */
enum powervm_call { POWERVM_QUERY, POWERVM_CREATE, POWERVM_REMOVE, POWERVM_RESET };

/* Is it switched on? */
bool powervm_on(void);

/* Is this a call that this module makes to answer another one? It passes unchanged. */
bool powervm_own_call(void);

/*
 * A call of plpar_hcall_norets(), or of plpar_hcall(). Return: true if it is answered, with
 * *@answer; else it continues, perhaps with another LIOBN.
 */
bool powervm_write_tces(struct pt_regs *regs, long *answer);
bool powervm_get_tce(struct pt_regs *regs, long *answer);

/* A call of rtas_call(). Return: true if it is answered, with *@answer. */
bool powervm_rtas(struct pt_regs *regs, enum powervm_call call, long *answer);

/* The DMA mask that a driver gets when it asks for @mask. */
u64 powervm_mask(u64 mask);

/* Does the PE of this PCI domain have one window at a time? */
bool powervm_has_one(u32 domain);

/* Return: 0 or an errno. */
int powervm_init(const u32 *tokens);
void powervm_exit(void);

#endif
