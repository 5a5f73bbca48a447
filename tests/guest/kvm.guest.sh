# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try host-card load e1000
CARD=$(find_pci 8086:100e)
try host-card-works card_answers "$CARD" 10.0.2
try load-driver load_driver
try load-kvm load kvm-hv
try bind-vfio-pci bind "$NVME" vfio-pci
mark 1
vfio_tests kvm/S6a-host-table
mark 2
# The limit is short: on the kernel's own driver the card never answers again
try host-card-still-works card_answers "$CARD" 10.0.2 20
host_again kvm
finish
