#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dracut's part of binding devices to vfio-pci before the root file system is there: puts vfio_pseries into the
# initramfs, and the kernel's own driver as the modprobe rule's fallback. dracut does not follow a rule with a
# command, so it is not certain to include either of them. It includes /etc/modprobe.d only in images for this machine
# alone: a rule that is there is named here. A crash kernel needs none of it.

check() {
	[ -z "${IN_KDUMP:-}" ]
}

depends() {
	echo kernel-modules
}

# All modules that may be needed, not only those that the machine has loaded now
installkernel() {
	hostonly='' instmods vfio_pseries vfio_iommu_spapr_tce
}

install() {
	inst_multiple -o /lib/modprobe.d/vfio-pseries.conf /etc/modprobe.d/vfio-pseries.conf
}
