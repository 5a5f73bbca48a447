# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# The host uses both disks first, to find out which disk is which
both_disks() {
	load nvme && wait_for 20 find_second && NVME=$(disk_by_serial vfio-pseries)
}

must both-disks both_disks
must load-fuse load fuse
must load-driver load_driver
must bind-vfio-pci bind "$NVME" vfio-pci
must bind-second bind "$SECOND" vfio-pci
vfio_tests join/older-pages
try stuck-in-register hold hold/fault-in-register
# shellcheck disable=SC2034 # hold reads it
HELD=$SECOND
try stuck-in-map hold hold/fault-in-map
mark 1
# The shutdown is the test: if it does not come, the machine's time runs out
finish
