# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

PERSONALITY=powervm
export PERSONALITY
try powervm insmod /tce_inject.ko powervm=1
try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests firmware
try gone-is-told logged 'firmware does not give the default window back'
finish
