# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

both_in_use() {
	uses vfio-pseries huge && wait_for 60 uses second huge-too
}

# Both PEs have the same window
window_of_both() {
	window_has_shift "$NVME" 21 && window_has_shift "$SECOND" 21
}

nested_begin
try second-disk wait_for 20 find_second
try bind-second bind "$SECOND" vfio-pci
try huge-pages huge_pages 256
pins_before=$(pins)
start_with_lines -no-reboot -device "vfio-pci,host=$SECOND,id=second" \
	-object memory-backend-memfd,id=huge,size=512M,hugetlb=on,hugetlbsize=2M \
	-machine memory-backend=huge
try nested-obeys obeys
try nested-two-disks-in-use both_in_use
try nested-window-of-huge-pages window_of_both
order 1 poweroff -f
try nested-guest-ends await_level2
try second-disk-is-back give_back "$SECOND"
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
