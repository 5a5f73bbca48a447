# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

INJECT=/sys/module/tce_inject/parameters

# Three functions of one PE: the disk, another one, and a card whose driver has 32 bits of DMA
find_functions() {
	SIBLING=$(disk_by_serial sibling) && CARD=$(find_pci 8086:100e) && [ "$SIBLING" != "$NVME" ]
}

reset() {
	echo 1 >"/sys/bus/pci/devices/$1/reset"
}

# Does what kernels from 7.0 on do themselves in each reset of a function with ATS
around() {
	echo "$1" >"$INJECT/ats" && echo "$1" >"$INJECT/around" && reset "$1"
}

sibling_reads() {
	dd if="/dev/$(disk_of "$SIBLING")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# The host's drivers work, and its windows are as before. The disk's driver starts the disk again after a reset.
host_works() {
	as_before && wait_for 20 read_disk && sibling_reads && card_answers "$CARD" 10.0.2 &&
		same_masks "$NVME" "$SIBLING" "$CARD"
}

resets_of_the_host() {
	for how in "$@"; do
		"$how" "$NVME" && host_works && "$how" "$SIBLING" && host_works || return 1
	done
}

# From Linux 7.0 on the emulated disk has no interrupts after a reset while its driver has it. This module makes
# no difference.
disk_survives_resets() {
	case $(uname -r) in
	7.*) return 1 ;;
	esac
}

# The host has all of the PE, and the function that is reset has a driver that does not mind
resets_under_an_idle_driver() {
	bind "$SIBLING" uio_pci_generic && "$1" "$SIBLING" && as_before && read_disk && card_answers "$CARD" 10.0.2 &&
		give_disk_back "$SIBLING" && host_works
}

# vfio-pci has a disk that nobody has opened, and the host has the PE's other functions: the PE is the host's
reset_beside_the_host() {
	bind "$SIBLING" vfio-pci && "$1" "$SIBLING" && as_before && read_disk && card_answers "$CARD" 10.0.2 &&
		give_disk_back "$SIBLING" && host_works
}

all_to_user() {
	for function in "$NVME" "$SIBLING" "$CARD"; do
		bind "$function" vfio-pci || return 1
	done
}

# Resets the user's own device, and another device of the PE, which he has not opened
resets_of_the_user() {
	"$1" "$NVME" && "$1" "$SIBLING"
}

# user_tests NAME HOW
user_tests() {
	try "$1-his-own" hold hold/reset
	try "$1-reset" resets_of_the_user "$2"
	try "$1-goes-on" let_go
	try "$1-not-his-own" hold hold/windows
	try "$1-sibling-reset" "$2" "$SIBLING"
	try "$1-goes-on-beside-it" let_go
}

all_back() {
	for function in "$SIBLING" "$CARD"; do
		give_back "$function" || return 1
	done
	wait_for 20 has_disk "$SIBLING"
}

try host-disk use_disk
try host-drivers load e1000 uio_pci_generic
try functions wait_for 20 find_functions
[ "${PERSONALITY:-}" ] || try inject insmod /tce_inject.ko
windows_of "$NVME" >/tmp/before
try host-masks masks_of "$NVME" "$SIBLING" "$CARD"
masks_of "$NVME" "$SIBLING" "$CARD" >/tmp/masks
try load-driver load_driver
try host-works host_works
if disk_survives_resets; then
	try host-resets resets_of_the_host reset
else
	skip host-resets "the emulated disk stops at a reset under its driver on this kernel"
fi
try host-resets-idle resets_under_an_idle_driver reset
try reset-beside-the-host reset_beside_the_host reset
# Other kernels have no owner from which the reset could take address translation services
if [ "$OWNERSHIP" = device ]; then
	! disk_survives_resets || try host-resets-around resets_of_the_host around
	try host-resets-around-idle resets_under_an_idle_driver around
	try around-beside-the-host reset_beside_the_host around
fi
try bind-vfio-pci all_to_user
user_tests reset-user reset
[ "$OWNERSHIP" != device ] || user_tests around-user around
nothing_left released
try all-back all_back
host_again released
try released-host-works host_works
finish
