# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests own/works dma/default-window window/qemu-sequence life/close-with-mappings
host_again one-tce
finish
