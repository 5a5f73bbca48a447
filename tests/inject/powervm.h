/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * powervm.h - PowerVM's ways, between whoever calls the hypervisor and QEMU's.
 *
 * These functions are for a probe at a function's first instruction: they look at its arguments,
 * and make the call themselves where its results are to be others.
 */
#ifndef INJECT_POWERVM_H
#define INJECT_POWERVM_H

#include <linux/ptrace.h>
#include <linux/types.h>

/* The kinds of RTAS calls that it knows. */
enum powervm_call { POWERVM_QUERY, POWERVM_CREATE, POWERVM_REMOVE, POWERVM_RESET };

/* Is it on? */
bool powervm_on(void);

/* Is this call one that answers another one? It goes on as it is. */
bool powervm_own_call(void);

/*
 * A call of plpar_hcall_norets(), or of plpar_hcall().
 * Return: it is answered, with *@answer; else it goes on, maybe with another LIOBN.
 */
bool powervm_write_tces(struct pt_regs *regs, long *answer);
bool powervm_get_tce(struct pt_regs *regs, long *answer);

/* A call of rtas_call(). Return: it is answered, with *@answer. */
bool powervm_rtas(struct pt_regs *regs, enum powervm_call call, long *answer);

/* The DMA mask that a driver gets which asks for this one. */
u64 powervm_mask(u64 mask);

/* Does the PE of this PCI domain have one window at a time? */
bool powervm_has_one(u32 domain);

/* Return: 0 or an errno. */
int powervm_init(const u32 *tokens);
void powervm_exit(void);

#endif
