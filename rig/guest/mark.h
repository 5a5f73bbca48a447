/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mark.h - phase marks, by which a guest program divides the host's trace of hypercalls
 *
 * mark(LABEL) asks the hypervisor by RTAS (get-sensor-state) for the state of a sensor that does
 * not exist: of type MARK_SENSOR, with the label as its index. QEMU answers "not supported" and
 * logs both numbers in the same trace file, in order with the hypercalls around it; nothing else
 * happens. rig/counts then counts what lies between one mark and the next. Use a label once in a
 * run. It takes CAP_SYS_ADMIN, since it is the rtas system call; from a shell: "mark LABEL".
 */
#ifndef RIG_MARK_H
#define RIG_MARK_H

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MARK_SENSOR 0x6d61726bu /* "mark" */

/* The firmware's number for get-sensor-state, 0 if the machine has none. */
static inline uint32_t mark_token(void)
{
	FILE *f = fopen("/proc/device-tree/rtas/get-sensor-state", "rb");
	uint32_t token = 0;

	if (!f)
		return 0;
	if (fread(&token, sizeof(token), 1, f) != 1)
		token = 0;
	fclose(f);
	return token; /* as the call wants it: big endian */
}

/* 0, or -1 if the mark could not be made */
static inline int mark(uint32_t label)
{
	/* token, number of inputs, number of outputs, inputs and outputs: all big endian */
	uint32_t args[3 + 16] = { mark_token(), htobe32(2), htobe32(2), htobe32(MARK_SENSOR),
				  htobe32(label) };

	if (!args[0])
		return -1;
	return syscall(SYS_rtas, args) ? -1 : 0;
}

#endif
