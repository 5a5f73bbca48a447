# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

# QEMU is killed while its guest uses the disk
killed_guest() {
	start_level2 -no-reboot
	wait_for 200 level2_said "phase begins" && kill_level2
}

nested_begin
pins_before=$(pins)
start_level2
try nested-guest-reboots wait_for 250 level2_said "rebooting"
try nested-guest-ends await_level2
level2_results
host_again rebooted
try nested-nothing-pinned-after-reboot wait_for 10 pins_are "$pins_before"
try bind-vfio-pci-again bind "$NVME" vfio-pci
try nested-guest-is-killed killed_guest
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
