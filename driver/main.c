// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - load and unload of the module, and its part in a reboot.
 *
 * The module refuses to load where it has nothing to do: on bare metal, and in a
 * secure guest, whose memory no device can access.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <asm/firmware.h>
#include <asm/machdep.h>
#include <asm/svm.h>
#include "debug/debugfs.h"
#include "group/group.h"
#include "hv/hcall.h"
#include "pe/pe_window.h"
#include "version.h"
#include "vfio/container.h"

static bool enable = true;
module_param(enable, bool, 0444);
MODULE_PARM_DESC(enable, "N: decline to load, so that the kernel's own driver is used");

module_param_named(look_at_restored, pe_look_at_restored, bool, 0644);
MODULE_PARM_DESC(look_at_restored, "Y: count valid TCEs in default windows that firmware restores");

static int __init vfio_pseries_check(void)
{
	if (!enable) {
		pr_info("vfio_pseries: not enabled\n");
		return -ENODEV;
	}
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

/*
 * A kernel that is started by kexec finds the windows as we leave them, and cannot put them in
 * order itself. A crash kernel gets no such help.
 */
static int vfio_pseries_reboot(struct notifier_block *nb, unsigned long event, void *data)
{
	container_kill_all();
	group_shutdown();
	return NOTIFY_DONE;
}

static struct notifier_block vfio_pseries_reboot_nb = {
	.notifier_call = vfio_pseries_reboot,
};

static int __init vfio_pseries_init(void)
{
	int rc = vfio_pseries_check();

	if (rc)
		return rc;
	hcall_init();
	rc = container_driver_register();
	if (rc)
		return rc;
	rc = group_init();
	if (rc)
		goto unregister_driver;
	/* The notifier uses all PEs: it is registered after they are known and removed before. */
	rc = register_reboot_notifier(&vfio_pseries_reboot_nb);
	if (rc)
		goto exit_host;
	/* Last, since it cannot be undone on kernels that lack IOMMU operations. */
	rc = ownership_init();
	if (rc)
		goto unregister_reboot;
	debugfs_start();
	return 0;

unregister_reboot:
	unregister_reboot_notifier(&vfio_pseries_reboot_nb);
exit_host:
	group_exit();
unregister_driver:
	container_driver_unregister();
	return rc;
}

static void __exit vfio_pseries_exit(void)
{
	debugfs_stop();
	unregister_reboot_notifier(&vfio_pseries_reboot_nb);
	group_exit();
	container_driver_unregister();
	/* KVM drops tables of ours from RCU callbacks, which call the module's code. */
	rcu_barrier();
}

module_init(vfio_pseries_init);
module_exit(vfio_pseries_exit);
MODULE_VERSION(VFIO_PSERIES_VERSION);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The vfio-pseries authors");
MODULE_DESCRIPTION("VFIO IOMMU back end for pSeries logical partitions");
