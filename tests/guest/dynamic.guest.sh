# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# 4 KiB each: 2 GiB in all, of the 4 GiB that the partition may have
LARGEST=524288
DYNAMIC_WINDOW=linux,dma64-ddr-window-info

has_dynamic_window() {
	windows_of "$NVME" >/tmp/now && grep -q "^$DYNAMIC_WINDOW " /tmp/now && ! has_direct_window
}

# marked_reads FROM TO
marked_reads() {
	mark "$1"
	read_disk
	reads_status=$?
	mark "$2"
	return "$reads_status"
}

# to_user_and_back PREFIX FROM TO
to_user_and_back() {
	try "$1-bind" bind "$NVME" vfio-pci
	vfio_tests odd/host-window-as-it-goes
	try "$1-disk-is-back" disk_is_back
	try "$1-windows-as-before" as_before
	try "$1-reads" marked_reads "$2" "$3"
}

try small-window insmod /tce_inject.ko largest="$LARGEST"
try host-disk use_disk
try host-dynamic-window has_dynamic_window
windows_of "$NVME" >/tmp/before
try host-reads marked_reads 1 2
try load-driver load_driver
to_user_and_back dynamic 3 4
to_user_and_back dynamic-again 5 6
finish
