# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

CARDS=$(grep -l 0x100e /sys/bus/pci/devices/*/device | cut -d / -f 6)

# each_card COMMAND...  runs the command for one card after the other, until it fails
each_card() {
	for card in $CARDS; do
		"$@" "$card" || return 1
	done
}

two_cards() {
	[ "$(echo "$CARDS" | wc -l)" -eq 2 ]
}

# The first card's network is 10.0.2.0, the second card's is 10.0.3.0
card_works() {
	case $CARDS in
	"$1"*) card_answers "$1" 10.0.2 ;;
	*) card_answers "$1" 10.0.3 ;;
	esac
}

use_cards() {
	load e1000 && each_card card_works
}

bind_to_user() {
	bind "$1" vfio-pci
}

all_to_user() {
	bind "$NVME" vfio-pci && each_card bind_to_user
}

card_is_back() {
	give_back "$1" && card_works "$1"
}

ram_disks() {
	modprobe brd rd_nr=2 rd_size=65536
}

swap_space() {
	mkswap /dev/ram0 && swapon /dev/ram0
}

# A file system for the ext4 driver, without a journal
files_on_disk() {
	mkdir -p /files && mke2fs /dev/ram1 && mount -t ext4 /dev/ram1 /files
}

# Counts the calls of the kernel's own take, where the kernel has one. A kernel whose take is told the device calls it
# once for all of a PE's functions. Other kernels never call it.
count_takes() {
	echo 'p:takes spapr_tce_take_ownership' >/sys/kernel/tracing/kprobe_events &&
		echo 1 >/sys/kernel/tracing/events/kprobes/takes/enable
}

one_take() {
	case $OWNERSHIP in
	device) [ "$(grep -c ' takes: ' /sys/kernel/tracing/trace)" -eq 1 ] ;;
	*) [ "$(grep -c ' takes: ' /sys/kernel/tracing/trace)" -eq 0 ] ;;
	esac
}

try host-disk use_disk
try host-direct-window has_direct_window
try two-cards two_cards
try host-cards use_cards
try load-driver load_driver
try huge-pages huge_pages 8
try ram-disks ram_disks
try swap-space swap_space
try files-on-disk files_on_disk
try bind-vfio-pci bind "$NVME" vfio-pci
vfiotest -v "$VERDICT" "$NVME" host/not-viable || failed
try unbind-cards each_card unbind
vfio_tests memory kinds file life race
host_again released
try cards-are-back each_card card_is_back
try all-to-user all_to_user
[ "$OWNERSHIP" = none ] || try count-takes count_takes
vfiotest -v "$VERDICT" "$NVME" host/all-functions || failed
[ "$OWNERSHIP" = none ] || try one-take-for-all-functions one_take
try all-released-cards-are-back each_card card_is_back
host_again all-released
finish
