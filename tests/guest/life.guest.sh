# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

card_works() {
	interface=$(ls "/sys/bus/pci/devices/$CARD/net") && ip link set "$interface" up &&
		ip addr add 10.0.2.15/24 dev "$interface" && wait_for 20 ping -c 1 -W 1 -q 10.0.2.2
}

use_card() {
	load e1000 && card_works
}

card_is_back() {
	give_back "$CARD" && card_works
}

both_to_user() {
	bind "$NVME" vfio-pci && bind "$CARD" vfio-pci
}

swap_space() {
	modprobe brd rd_nr=1 rd_size=65536 && mkswap /dev/ram0 && swapon /dev/ram0
}

# After the disk alone changed hands
host_again() {
	try "$1-disk-is-back" disk_is_back
	try "$1-default-window" has_default_window
	try "$1-direct-window" has_direct_window
}

try host-disk use_disk
try host-direct-window has_direct_window
try host-card use_card
try load-driver load_driver
try huge-pages huge_pages 8
try swap-space swap_space
try bind-vfio-pci bind "$NVME" vfio-pci
vfiotest -v "$VERDICT" "$NVME" host/not-viable || failed
try unbind-card unbind "$CARD"
vfio_tests memory life race
host_again released
try card-is-back card_is_back
try both-to-user both_to_user
vfiotest -v "$VERDICT" "$NVME" host/both-functions || failed
try card-is-back-first card_is_back
host_again both-released
finish
