// SPDX-License-Identifier: GPL-2.0-only
/*
 * HAVE_XCHG_REALMODE: an argument of xchg_no_kill says whether it is called in real mode (before
 * 5.19, "KVM: PPC: Book3s: Retire H_PUT_TCE/etc real mode handlers", and in all of RHEL 9). A
 * function with five arguments where the kernel has four, or the other way round, does not
 * compile. It must not be called xchg, which is a macro.
 */
#include <linux/module.h>
#include <asm/iommu.h>

static int exchange(struct iommu_table *tbl, long index, unsigned long *hpa,
		    enum dma_data_direction *direction, bool realmode)
{
	return 0;
}

struct iommu_table_ops probe_ops = {
	.xchg_no_kill = exchange,
};
