# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

ISOLATION=9001
ALLOCATION=9003
SLOTS=/sys/bus/pci/slots/control
TREE=/sys/firmware/devicetree/base

find_disks() {
	USERS=$(disk_by_serial users) && NEVER=$(disk_by_serial never)
}

reads() {
	wait_for 20 has_disk "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

host_disks() {
	wait_for 20 find_disks && reads "$USERS" && reads "$NEVER"
}

user_works() {
	bind "$USERS" vfio-pci && vfiotest -v "$VERDICT" "$USERS" dma/default-window dma/dynamic-window
}

user_has_windows() {
	export HELD="$USERS"
	hold hold/windows && { [ -z "${PERSONALITY:-}" ] || bridge_not_empty 1; } && let_go
}

host_again_on_the_bridge() {
	give_back "$USERS" && reads "$USERS"
}

# remove_nodes NODE  removes the node and all nodes below it, as drmgr tells the kernel to
remove_nodes() {
	find "$1" -type d | sort -r | while read -r node; do
		printf 'remove_node %s' "${node#"$TREE"}" >/tmp/change
		dd if=/tmp/change of=/proc/powerpc/ofdt bs=4096 2>/dev/null && [ ! -e "$node" ] || return 1
	done
}

# Real firmware may require that nothing is valid in any window that this host bridge ever had
nothing_valid() {
	[ -z "${PERSONALITY:-}" ] || { bridge_empty "$1" && [ "$(hypervisor outstanding)" = 0 ]; }
}

# remove_bridge NUMBER DISK  removes the devices first: the kernel does not remove a bus with devices
remove_bridge() {
	node=$TREE/pci@80000002000000$1
	[ -d "$node" ] && echo 1 >"/sys/bus/pci/devices/$2/remove" && echo "PHB $1" >"$SLOTS/remove_slot" &&
		remove_nodes "$node" && nothing_valid "$1"
}

# The kernel no longer has the bridge; QEMU still does
give_bridge_back() {
	monitor device_del "nvme$1"
	sleep 0.5
	rtas set-indicator "$ISOLATION" "0x400${1}0000" 0
	monitor device_del "phb$1"
	sleep 0.5
	rtas set-indicator "$ISOLATION" "0x2000000$1" 0 && rtas set-indicator "$ALLOCATION" "0x2000000$1" 0
}

no_group_without_devices() {
	for group in /sys/kernel/iommu_groups/*; do
		[ -n "$(ls "$group/devices")" ] || return 1
	done
}

try host-disk use_disk
try host-disks host_disks
try host-drivers load rpaphp rpadlpar_io
try load-driver load_driver
try user-works user_works
try user-has-windows user_has_windows
try user-host-again host_again_on_the_bridge
try bridge-of-users-removed remove_bridge 1 "$USERS"
try bridge-of-users-given-back give_bridge_back 1
try bridge-never-a-users-removed remove_bridge 2 "$NEVER"
try bridge-never-a-users-given-back give_bridge_back 2
try groups-are-gone no_group_without_devices
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests own/works
host_again released
finish
