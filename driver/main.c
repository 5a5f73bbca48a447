// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the module's beginning and end.
 *
 * It declines to load where it has nothing to do: on bare metal, and in a
 * secure guest, whose memory no device can see.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <asm/firmware.h>
#include <asm/machdep.h>
#include <asm/svm.h>
#include "container.h"
#include "host.h"
#include "hv.h"

static int __init vfio_pseries_check(void)
{
	if (!machine_is(pseries) || !firmware_has_feature(FW_FEATURE_LPAR)) {
		pr_info("vfio_pseries: not a pSeries logical partition\n");
		return -ENODEV;
	}
	if (is_secure_guest()) {
		pr_info("vfio_pseries: devices cannot see the memory of a secure guest\n");
		return -ENODEV;
	}
	return 0;
}

static int __init vfio_pseries_init(void)
{
	int rc = vfio_pseries_check();

	if (rc)
		return rc;
	hv_init();
	rc = container_driver_register();
	if (rc)
		return rc;
	/* Last, since it cannot be undone on kernels that lack IOMMU operations. */
	rc = ownership_init();
	if (rc) {
		container_driver_unregister();
		host_pe_forget_all();
	}
	return rc;
}

static void __exit vfio_pseries_exit(void)
{
	container_driver_unregister();
	ownership_exit();
	host_pe_forget_all();
	/* KVM drops tables of ours, and their code, from RCU callbacks. */
	rcu_barrier();
}

module_init(vfio_pseries_init);
module_exit(vfio_pseries_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The vfio-pseries authors");
MODULE_DESCRIPTION("VFIO IOMMU back end for pSeries logical partitions");
