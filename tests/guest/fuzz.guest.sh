# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
ioctl_fuzz -v "$VERDICT" "$NVME" "$FUZZ_SECONDS" || failed
host_again released
finish
