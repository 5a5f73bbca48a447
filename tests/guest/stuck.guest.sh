# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# The host uses both disks first, to find out which disk is which
both_disks() {
	load nvme && wait_for 20 find_second && NVME=$(disk_by_serial vfio-pseries)
}

# A user who has closed all but a container is still in a call: the module waits for nobody, and does not go
module_stays() {
	try goes-on-hold hold hold/fault-goes-on
	try goes-on-unload-is-refused refused rmmod vfio_pseries
	try goes-on-let-go let_go
	try goes-on-unload wait_for 20 rmmod vfio_pseries
	try goes-on-load-again load_driver
	try goes-on-bind bind "$NVME" vfio-pci
}

must both-disks both_disks
must load-fuse load fuse
must load-driver load_driver
must bind-vfio-pci bind "$NVME" vfio-pci
must bind-second bind "$SECOND" vfio-pci
vfio_tests join/older-pages
# Where the module supplies the kernel's IOMMU operations it stays for good
[ "$OWNERSHIP" = none ] || module_stays
try stuck-in-register hold hold/fault-in-register
# shellcheck disable=SC2034 # hold reads it
HELD=$SECOND
try stuck-in-map hold hold/fault-in-map
mark 1
# The shutdown is the test: if it does not come, the machine's time runs out
finish
