# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

hashed() {
	grep -q '^MMU.*Hash' /proc/cpuinfo
}

try hashed-page-tables hashed
try host-disk use_disk
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests fault/B15-largest-pages own/works dma/default-window dma/dynamic-window window/qemu-sequence \
	window/beside-default v1/dma life/close-with-mappings life/kill-in-mid-mapping
try disk-is-back disk_is_back
finish
