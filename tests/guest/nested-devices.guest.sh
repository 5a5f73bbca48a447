# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

FIRST=vfio-pseries
FIRST_DRC=0x40000008
SECOND_DRC=0x40000010
SMALL_DRC=0x40010000
MIDDLE_DRC=0x40020000
# QEMU makes no window whose pages are larger than the pages of the guest's memory
OWN_SHIFT=16
[ "$(page_size)" -ne 4096 ] || OWN_SHIFT=12

# plug SERIAL BDF BUS ADDRESS CONNECTOR
plug() {
	tell_qemu "device_add vfio-pci,host=$2,id=$1,bus=$3,addr=$4"
	wait_for 20 has_open "$2" && order 120 plug "$5" "$1" && return
	tail -n 5 /tmp/monitor.log
	return 1
}

# unplug SERIAL BDF CONNECTOR
unplug() {
	order 60 unplug "$1" || return 1
	tell_qemu "device_del $1"
	sleep 1
	order 60 release "$3" && wait_for 20 refused has_open "$2" && return
	echo "level 2's QEMU has the device still"
	return 1
}

use_both() {
	uses "$FIRST" "$1" && uses second "$1"
}

nothing_pinned() {
	wait_for 20 pins_are "$pins_before" && return
	echo "$(($(pins) - pins_before)) pages stay pinned"
	return 1
}

# This is done twice: nothing remains of the first time
unplug_and_plug() {
	unplug "$FIRST" "$NVME" "$FIRST_DRC" && nothing_pinned &&
		plug "$FIRST" "$NVME" pci.0 1 "$FIRST_DRC" && uses "$FIRST" "$1"
}

# mapped_in BDF  TCEs in the window that level 2 made for itself
mapped_in() {
	pe=$(readlink -f "/sys/bus/pci/devices/$1/of_node/..")
	sed -n "/ start=0x0 /!{/nodes=\/${pe##*/}[ ,]/s/.* mapped=\([0-9]*\).*/\1/p}" \
		/sys/kernel/debug/vfio_pseries/windows
}

# The guest maps the new memory as it mapped the rest
more_memory() {
	mapped_before=$(mapped_in "$NVME")
	order 20 work "$FIRST" || return 1
	tell_qemu "object_add memory-backend-ram,id=ram1,size=256M"
	tell_qemu "device_add pc-dimm,id=dimm1,memdev=ram1"
	order 100 grown 600000 && order 150 stop 3 &&
		[ "$(mapped_in "$NVME")" -eq $((mapped_before + (256 << (20 - OWN_SHIFT)))) ]
}

other_user() {
	bind "$OTHER" vfio-pci && vfiotest "$OTHER" dma/default-window dma/dynamic-window \
		window/qemu-sequence life/kill-in-mid-mapping || return 1
	give_disk_back "$OTHER"
}

others_come_and_go() {
	order 20 work "$FIRST" || return 1
	for _ in 1 2 3; do
		other_user || return 1
	done
	order 150 stop 3
}

# with_pages BUS CONNECTOR SHIFT  plugs in the second disk on a bus where the guest's window has pages of that size
with_pages() {
	plug second "$SECOND" "$1" 0 "$2" && window_has_shift "$SECOND" "$3" &&
		uses second second-alone && unplug second "$SECOND" "$2"
}

find_disks() {
	SECOND=$(disk_by_serial second) && OTHER=$(disk_by_serial other)
}

disk_of_bdf_is_back() {
	give_disk_back "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

start_with_bridges() {
	export LEVEL2_TIMEOUT=2000
	export LEVEL2_DISK="$NVME,id=$FIRST,addr=1"
	start_with_lines -no-reboot -device spapr-pci-host-bridge,index=1,id=small,pgsz=0x1000 \
		-device spapr-pci-host-bridge,index=2,id=middle,pgsz=0x11000
}

nested_begin
try find-disks wait_for 20 find_disks
try bind-second bind "$SECOND" vfio-pci
pins_before=$(pins)
start_with_bridges
try nested-obeys obeys
try nested-disk-in-use uses "$FIRST" first
try nested-own-window window_has_shift "$NVME" "$OWN_SHIFT"
try nested-unplugged-and-plugged unplug_and_plug first-2
try nested-unplugged-and-plugged-again unplug_and_plug first-3
try nested-second-disk-joins plug second "$SECOND" pci.0 2 "$SECOND_DRC"
try nested-both-disks use_both together
try nested-second-disk-leaves unplug second "$SECOND" "$SECOND_DRC"
try nested-first-disk-stays uses "$FIRST" first-4
try nested-memory-added more_memory
try nested-others-come-and-go others_come_and_go
try nested-second-disk-joins-again plug second "$SECOND" pci.0 2 "$SECOND_DRC"
try nested-first-disk-leaves unplug "$FIRST" "$NVME" "$FIRST_DRC"
try nested-second-disk-stays uses second alone
try nested-first-disk-joins plug "$FIRST" "$NVME" pci.0 1 "$FIRST_DRC"
try nested-both-disks-again use_both together-again
try nested-second-disk-leaves-again unplug second "$SECOND" "$SECOND_DRC"
try nested-pages-of-4k with_pages small.0 "$SMALL_DRC" 12
try nested-pages-of-64k with_pages middle.0 "$MIDDLE_DRC" "$OWN_SHIFT"
try nested-first-disk-at-last uses "$FIRST" first-again
order 1 poweroff -f
try nested-guest-ends await_level2
try second-disk-is-back disk_of_bdf_is_back "$SECOND"
try other-disk-is-back disk_of_bdf_is_back "$OTHER"
host_again nested
try nested-nothing-pinned nothing_pinned
finish
