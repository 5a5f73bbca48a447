# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# fault_setting KIND FILE VALUE  sets a file of this kind of fault, if the kernel was built with that kind
fault_setting() {
	[ ! -e "/sys/kernel/debug/$1" ] || echo "$3" >"/sys/kernel/debug/$1/$2"
}

# Allocations that may wait fail too, and those of single pages. The kernel logs none of these failures.
every_allocation() {
	for kind in failslab fail_page_alloc fail_usercopy; do
		fault_setting "$kind" verbose 0 || return 1
	done
	fault_setting failslab ignore-gfp-wait N &&
		fault_setting fail_page_alloc ignore-gfp-wait N &&
		fault_setting fail_page_alloc ignore-gfp-highmem N &&
		fault_setting fail_page_alloc min-order 0
}

SECOND=0001:00:00.0
try eeh-platform eeh_platform "$NVME" "$SECOND"
try host-disk use_disk
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
try bind-second bind "$SECOND" vfio-pci
try every-allocation every_allocation
vfio_tests nth
host_again nth
finish
