/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - a platform that has EEH, which QEMU's devices are not under.
 */
#ifndef INJECT_EEH_H
#define INJECT_EEH_H

#include <linux/ptrace.h>
#include <linux/types.h>

void eeh_rtas_init(void);

/* A call of rtas_call(). Return: it is one of EEH's and is answered, with *@answer. */
bool eeh_rtas(const struct pt_regs *regs, long *answer);

#endif
