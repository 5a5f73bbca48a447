# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try second-disk wait_for 20 find_second
try load-driver load_driver
try load-kvm load kvm-hv
try bind-vfio-pci bind "$NVME" vfio-pci
try bind-second bind "$SECOND" vfio-pci
vfio_tests kvm/map-and-unmap kvm/mapped-is-held kvm/found-when-asked kvm/window-goes-first join/one-container \
	join/kvm-writes-to-both
host_again puts
finish
