// SPDX-License-Identifier: GPL-2.0-only
/*
 * eeh.c - pass a user's error handling on to the kernel's EEH core.
 *
 * Nothing of it touches windows: a reset of the PE leaves them as they are.
 */
#include <linux/err.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <asm/eeh.h>
#include "eeh.h"
#include "host.h"
#include "space.h"

long eeh_extension(void)
{
	return eeh_enabled();
}

static int eeh_apply(struct eeh_pe *pe, const struct vfio_eeh_pe_op *op)
{
	switch (op->op) {
	case VFIO_EEH_PE_DISABLE:
		return eeh_pe_set_option(pe, EEH_OPT_DISABLE);
	case VFIO_EEH_PE_ENABLE:
		return eeh_pe_set_option(pe, EEH_OPT_ENABLE);
	case VFIO_EEH_PE_UNFREEZE_IO:
		return eeh_pe_set_option(pe, EEH_OPT_THAW_MMIO);
	case VFIO_EEH_PE_UNFREEZE_DMA:
		return eeh_pe_set_option(pe, EEH_OPT_THAW_DMA);
	case VFIO_EEH_PE_GET_STATE:
		return eeh_pe_get_state(pe);
	case VFIO_EEH_PE_RESET_DEACTIVATE:
		return eeh_pe_reset(pe, EEH_RESET_DEACTIVATE, true);
	case VFIO_EEH_PE_RESET_HOT:
		return eeh_pe_reset(pe, EEH_RESET_HOT, true);
	case VFIO_EEH_PE_RESET_FUNDAMENTAL:
		return eeh_pe_reset(pe, EEH_RESET_FUNDAMENTAL, true);
	case VFIO_EEH_PE_CONFIGURE:
		return eeh_pe_configure(pe);
	case VFIO_EEH_PE_INJECT_ERR:
		return eeh_pe_inject_err(pe, op->err.type, op->err.func, op->err.addr,
					 op->err.mask);
	default:
		return -EINVAL;
	}
}

static int eeh_apply_to(struct pe *pe, void *op)
{
	struct eeh_pe *eeh = eeh_iommu_group_to_pe(to_host_pe(pe)->group->group);

	return eeh ? eeh_apply(eeh, op) : -ENODEV;
}

long eeh_ioctl(struct space *s, unsigned long arg)
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
	return space_each_pe(s, eeh_apply_to, &op);
}
