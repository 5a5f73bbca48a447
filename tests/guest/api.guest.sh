# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
try huge-pages huge_pages 24
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests ioctl window map dma place v1 eeh
host_again released
finish
