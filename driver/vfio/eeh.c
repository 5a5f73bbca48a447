// SPDX-License-Identifier: GPL-2.0-only
/*
 * eeh.c - VFIO_EEH_PE_OP: a user's error handling, passed on to the kernel's EEH core.
 *
 * No operation changes windows: a reset of the PE leaves them as they are. A reset takes seconds.
 * So the PEs are looked up with the IOAS's lock held, and operated on without it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include "ioas/ioas.h"
#include "vfio/eeh.h"

/**
 * struct eeh_targets - the PEs of an IOAS
 * @n:  how many
 * @pe: each PE, held, in the order of attachment
 */
struct eeh_targets {
	u32 n;
	struct eeh_pe *pe[TABLE_MAX_PES];
};

static int eeh_collect(struct pe *pe, void *data)
{
	struct eeh_targets *t = data;
	struct eeh_pe *eeh = eeh_hold(pe);

	if (!eeh)
		return -ENODEV;
	t->pe[t->n++] = eeh;
	return 0;
}

static void eeh_drop_all(const struct eeh_targets *t)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		eeh_drop(t->pe[i]);
}

/* The operation is done on all PEs, also after one of them has returned an error. */
static long eeh_operate_all(const struct eeh_targets *t, const struct vfio_eeh_pe_op *op)
{
	long result = 0;
	u32 i;

	for (i = 0; i < t->n; i++) {
		long rc = eeh_operate(t->pe[i], op);

		if (!result || (rc < 0 && result > 0))
			result = rc;
	}
	return result;
}

static long eeh_apply(struct ioas *s, const struct vfio_eeh_pe_op *op)
{
	struct eeh_targets t = { 0 };
	long rc = ioas_each_pe(s, eeh_collect, &t);

	if (!rc)
		rc = eeh_operate_all(&t, op);
	eeh_drop_all(&t);
	return rc;
}

long eeh_ioctl(struct ioas *s, unsigned long arg)
{
	struct vfio_eeh_pe_op op = { 0 };
	size_t size = offsetofend(struct vfio_eeh_pe_op, op);

	if (copy_from_user(&op, (const void __user *)arg, size))
		return -EFAULT;
	if (op.argsz < size || op.flags)
		return -EINVAL;
	if (op.op == VFIO_EEH_PE_INJECT_ERR) {
		size = offsetofend(struct vfio_eeh_pe_op, err.mask);
		if (op.argsz < size)
			return -EINVAL;
		if (copy_from_user(&op, (const void __user *)arg, size))
			return -EFAULT;
	}
	return eeh_apply(s, &op);
}
