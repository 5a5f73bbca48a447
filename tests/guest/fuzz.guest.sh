# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

load_kvm() {
	modprobe kvm-hv && test -c /dev/kvm
}

# A block that can go offline
more_memory() {
	total=$(memory_total)
	export total
	add_memory 1 && memory_grows
}

# Sometimes a controller loses its driver, or is reset, in the middle of its start. Such a controller was seen to refuse
# the next start, and to answer no register access any more until it is removed and found again.
starts_again() {
	give_disk_back "$1" && return 0
	note "$1 is started a second time"
	bind "$1" vfio-pci && give_disk_back "$1" && return 0
	note "$1 is found anew"
	echo 1 >"/sys/bus/pci/devices/$1/remove"
	echo 1 >/sys/bus/pci/rescan
	wait_for 30 has_disk "$1"
}

try host-disk use_disk
try second-disk wait_for 20 find_second
try more-memory more_memory
load_kvm || skip fuzz/kvm "there is no KVM for a partition"
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
try bind-second bind "$SECOND" vfio-pci
ioctl_fuzz -v "$VERDICT" "$FUZZ_SECONDS" "$NVME" "$SECOND" || failed
try released-second-is-back starts_again "$SECOND"
try released-first-is-back starts_again "$NVME"
host_again released
finish
