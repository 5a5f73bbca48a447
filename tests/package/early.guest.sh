# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try kmod sh -c '/sbin/modprobe --version | grep -q ^kmod'
try modprobe /sbin/modprobe vfio-pci
try our-driver test -e /sys/module/vfio_pseries
try not-in-tree refused test -e /sys/module/vfio_iommu_spapr_tce
try bound has_driver vfio-pci
try host-driver-comes-late /sbin/modprobe nvme
try still-bound has_driver vfio-pci
vfio_tests ioctl
finish
