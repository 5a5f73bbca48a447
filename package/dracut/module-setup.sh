#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dracut's part of binding devices to vfio-pci before the root file system is there: puts vfio_pseries into the
# initramfs, and the kernel's own driver that the modprobe rule falls back to. dracut follows no rule with a
# command, so it would carry neither for certain. It takes /etc/modprobe.d along only into images for this machine
# alone: a rule in there is named here. A crash kernel has no use for any of it.

check() {
	[ -z "${IN_KDUMP:-}" ]
}

depends() {
	echo kernel-modules
}

# Not only what the machine has loaded now
installkernel() {
	hostonly='' instmods vfio_pseries vfio_iommu_spapr_tce
}

install() {
	inst_multiple -o /lib/modprobe.d/vfio-pseries.conf /etc/modprobe.d/vfio-pseries.conf
}
