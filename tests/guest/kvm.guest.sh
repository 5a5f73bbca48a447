# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# Its network is 10.0.2.0, and QEMU answers as .2
card_starts() {
	interface=$(ls "/sys/bus/pci/devices/$CARD/net") || return 1
	ip link set "$interface" up && ip addr add 10.0.2.15/24 dev "$interface" && card_works
}

card_works() {
	wait_for 20 ping -c 1 -W 1 -q 10.0.2.2
}

try host-disk use_disk
try host-card load e1000
CARD=$(find_pci 8086:100e)
try host-card-works card_starts
try load-driver load_driver
try load-kvm load kvm-hv
try bind-vfio-pci bind "$NVME" vfio-pci
mark 1
vfio_tests kvm/S6a-host-table
mark 2
try host-card-still-works card_works
host_again kvm
finish
