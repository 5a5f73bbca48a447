/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tensor.h - memory as a model's program gives it to an accelerator
 *
 * There are many pieces of memory of 64 KiB to 4 MiB, each registered and mapped by itself. They
 * are pieces of one small file, so that thousands fit into an emulated machine. For VFIO each has
 * pages of its own: it pins and counts the pages once more for each piece.
 */
#ifndef GUEST_TENSOR_H
#define GUEST_TENSOR_H

#include <stdint.h>

#include "vfio.h"

struct tensor {
	uint8_t *memory;
	uint64_t size;
	uint64_t iova;
};

struct tensors {
	struct tensor *of;
	unsigned int n;
};

/* The bytes that @n tensors take, of registered memory and in a window. */
uint64_t tensors_bytes(unsigned int n);
/* Makes tensors, one after the other from this bus address on. None is registered. */
void tensors_make(struct tensors *all, unsigned int n, uint64_t iova);

/* Registers and maps a tensor; undoes both. */
void tensor_give(struct vfio *v, const struct tensor *t);
void tensor_take(struct vfio *v, const struct tensor *t);

/* Another tensor of the same size, with which it can swap bus addresses. */
unsigned int tensor_alike(const struct tensors *all, unsigned int i);

#endif
