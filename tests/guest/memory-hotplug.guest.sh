# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# add_memory ID  256 MiB, one block
add_memory() {
	monitor "object_add memory-backend-ram,id=ram$1,size=256M" &&
		monitor "device_add pc-dimm,id=dimm$1,memdev=ram$1"
}

memory_total() {
	sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo
}

grown() {
	[ "$(memory_total)" -ge "$((total + 200000))" ]
}

# The kernel told why, and has no more memory than before
memory_refused() {
	wait_for 30 logged "pseries-hotplug-mem: .*[Ff]ailed" && ! grown
}

add_and_see() {
	total=$(memory_total)
	mark "$2"
	add_memory "$1" && "$3"
	see_status=$?
	mark "$4"
	return "$see_status"
}

once_and_load_again() {
	bind "$NVME" vfio-pci && vfiotest "$NVME" own/works && disk_is_back && rmmod vfio_pseries && load_driver
}

memory_grows() {
	wait_for 30 grown
}

try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
# What the kernel's list of windows points at has been a user's once before, under a module that is gone
[ "$OWNERSHIP" = none ] || try loaded-again once_and_load_again
try bind-vfio-pci bind "$NVME" vfio-pci
try user-has-windows hold hold/windows
case $OWNERSHIP in
device) try memory-added-while-owned add_and_see 1 1 memory_grows 2 ;;
*) try memory-added-while-owned-refused add_and_see 1 1 memory_refused 2 ;;
esac
let_go || failed
host_again released
try memory-added-to-the-host add_and_see 2 3 memory_grows 4
try disk-after-more-memory read_disk
try bind-again bind "$NVME" vfio-pci
vfio_tests dma/default-window movable/moved-first
host_again released-again
finish
