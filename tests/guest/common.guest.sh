# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
#
# What the guest scripts here share, after ". /lib.sh".

NVME=$(find_pci 1b36:0010)
CARD=$(find_pci 8086:100e)

# The driver under test, in the order that lets no other one in
load_driver() {
	load vfio || return 1
	case $DRIVER in
	in-tree) load vfio_iommu_spapr_tce || return 1 ;;
	*) insmod /vfio_pseries.ko || return 1 ;;
	esac
	load vfio-pci
}

# The host uses its disk first, so that its own window onto all of memory has been there
use_disk() {
	load nvme && wait_for 20 has_disk "$NVME" &&
		dd if="/dev/$(disk_of "$NVME")" of=/dev/null bs=1M count=4 2>/dev/null
}

huge_pages() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" -eq "$1" ]
}

# vfio_tests TOPIC...  vfiotest gives a line for each test itself. TESTS=NAME,NAME... runs others instead.
vfio_tests() {
	# shellcheck disable=SC2046 # a list of names
	[ -z "$TESTS" ] || set -- $(echo "$TESTS" | tr , ' ')
	vfiotest -v "$VERDICT" "$NVME" "$@" || FAILED=1
}
