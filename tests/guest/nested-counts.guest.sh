# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

# Counts in a phase of level 2, from the message that it begins to the message that it ends
watch_phase() {
	wait_for 200 level2_said "phase begins" || return 1
	left_before=$(left_to_qemu)
	mark 1
	wait_for 100 level2_said "phase ends" || return 1
	mark 2
	left=$(($(left_to_qemu) - left_before))
	note "$left requests of level 2 were left to QEMU"
}

# KVM leaves to QEMU the first request for each 8,192 TCEs, and requests that are not for the disk
few_left_to_qemu() {
	[ "$left" -lt 10 ]
}

nested_begin
pins_before=$(pins)
start_level2 -no-reboot
try nested-phase watch_phase
try nested-maps-stay-in-the-kernel few_left_to_qemu
try nested-guest-ends await_level2
level2_results
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
