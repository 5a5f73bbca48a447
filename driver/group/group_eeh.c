// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_eeh.c - the kernel's EEH core, PE by PE.
 *
 * The core's struct eeh_pe exists as long as it has a device. The same call in the kernel's own
 * driver relies on no more than that.
 */
#include <linux/module.h>
#include <linux/vfio.h>
#include <asm/eeh.h>
#include "group/group.h"
#include "vfio/eeh.h"

long eeh_extension(void)
{
	return eeh_enabled();
}

/* VFIO holds this module only until the container's end, which does not wait for this call. */
struct eeh_pe *eeh_hold(struct pe *pe)
{
	struct eeh_pe *eeh = eeh_iommu_group_to_pe(to_group_pe(pe)->group->group);

	if (eeh)
		__module_get(THIS_MODULE);
	return eeh;
}

void eeh_drop(struct eeh_pe *pe)
{
	module_put(THIS_MODULE);
}

int eeh_operate(struct eeh_pe *pe, const struct vfio_eeh_pe_op *op)
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
