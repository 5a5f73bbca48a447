# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# All faults that this machine can show. B1 needs a machine of its own (also bare.scenario), B15 another kind
# of page tables (hash.scenario), B17 a kexec (kexec-host.scenario), S6a KVM (kvm.scenario).
ALL="B2 B3 B4 B5 B6 B7 B8 B9 B10 B12 B13 B16 B19 B20 S1"

find_disks() {
	NO_DDW=$(disk_by_serial no-ddw) && ELSEWHERE=$(disk_by_serial elsewhere)
}

all_to_user() {
	for bdf in "$NVME" "$CARD" "$NO_DDW" "$ELSEWHERE"; do
		bind "$bdf" vfio-pci || return 1
	done
}

# tests BDF TEST...
tests() {
	tests_bdf=$1
	shift
	vfiotest -v "$VERDICT" "$tests_bdf" "$@" || failed
}

# The second function of a PE works as before after a user had the first one
second_function() {
	bind "$CARD" vfio-pci && bind "$NVME" vfio-pci &&
		vfiotest "$NVME" dma/default-window && give_back "$CARD" &&
		card_answers "$CARD" 10.0.2 && bind "$CARD" vfio-pci
}

# One fault by its name
fault() {
	case $1 in
	none) tests "$NVME" dma/default-window ;;
	B7) tests "$NO_DDW" fault/B7-without-ddw ;;
	B8) try fault/B8-second-function second_function ;;
	B12) tests "$NVME" race/map-against-remove race/map-against-unregister ;;
	B16) tests "$ELSEWHERE" fault/B16-default-elsewhere ;;
	S1) tests "$NVME" race/ioctls-against-close ;;
	*) tests "$NVME" "$(vfiotest -l | grep -o "fault/$1-.*")" ;;
	esac
}

try host-disk use_disk
try host-card load e1000
CARD=$(find_pci 8086:100e)
try all-disks wait_for 20 find_disks
try host-card-works card_answers "$CARD" 10.0.2
try load-driver load_driver
try failing-hypervisor insmod /tce_inject.ko
try bind-vfio-pci all_to_user
try huge-pages huge_pages 8
for name in ${FAULT:-$ALL}; do
	fault "$name"
done
# The run fails if a fault leaves the host without what it had
host_again faults
finish
