/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - a platform with EEH, which QEMU does not emulate.
 */
#ifndef INJECT_EEH_H
#define INJECT_EEH_H

#include <linux/ptrace.h>
#include <linux/types.h>

void eeh_rtas_init(void);

/* When no call can come any more. Says in the kernel's log how many resets there were. */
void eeh_exit(void);

/* A call of rtas_call(). Return: true if it is a call of EEH's; *@answer is its result then. */
bool eeh_rtas(const struct pt_regs *regs, long *answer);

#endif
