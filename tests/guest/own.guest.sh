# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

CARD=0000:00:01.0
OTHER=0001:00:00.0
OTHER_CARD=0001:00:01.0
export OTHER_DEVICE=$OTHER

# card_works BDF  each PE's card has a network of its own
card_works() {
	case $1 in
	0000:*) card_answers "$1" 10.0.2 ;;
	*) card_answers "$1" 10.0.3 ;;
	esac
}

card_is_back() {
	give_back "$1" && card_works "$1"
}

read_other() {
	wait_for 20 has_disk "$OTHER" &&
		dd if="/dev/$(disk_of "$OTHER")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

other_is_back() {
	give_back "$OTHER" && read_other
}

not_enabled() {
	! insmod /vfio_pseries.ko enable=0 && logged 'vfio_pseries: not enabled' &&
		! grep -q '^vfio_pseries ' /proc/modules
}

# Work for the host's drivers until /tmp/stop exists; each of them writes down its number of rounds
busy_disk() {
	rounds=0
	while [ ! -e /tmp/stop ]; do
		dd if="/dev/$1" of=/dev/null bs=64k count=32 iflag=direct 2>/dev/null || return 1
		rounds=$((rounds + 1))
	done
	echo "$rounds" >"/tmp/rounds-$1"
}

busy_binding() {
	rounds=0
	while [ ! -e /tmp/stop ]; do
		unbind "$1"
		echo "$1" >/sys/bus/pci/drivers_probe
		rounds=$((rounds + 1))
	done
	echo "$rounds" >"/tmp/rounds-$1"
}

start_work() {
	rm -f /tmp/stop /tmp/rounds-*
	busy_disk "$(disk_of "$NVME")" &
	busy_disk "$(disk_of "$OTHER")" &
	busy_binding "$CARD" &
	busy_binding "$OTHER_CARD" &
	sleep 1.5
}

# All four worked until the end, and did at least one round each
stop_work() {
	sleep 1.5
	: >/tmp/stop
	wait
	note "rounds of host drivers meanwhile: $(cat /tmp/rounds-* | tr '\n' ' ')"
	[ "$(cat /tmp/rounds-* | grep -c '^[1-9]')" -eq 4 ]
}

load_ours() {
	insmod /vfio_pseries.ko
}

each_in_a_group() {
	for function in /sys/bus/pci/devices/*; do
		[ -e "$function/iommu_group" ] || return 1
	done
}

windows_of_all() {
	windows_of "$NVME"
	windows_of "$OTHER"
}

as_before() {
	windows_of_all >/tmp/now
	diff /tmp/before /tmp/now
}

# own_tests TEST...
own_tests() {
	vfiotest -v "$VERDICT" "$NVME" "$@" || failed
}

# The host's driver still has one function: nobody gets the PE, and nothing has changed
refused_take() {
	try bind-disk bind "$NVME" vfio-pci
	own_tests host/not-viable
	try refused-take-changes-no-window as_before
	try refused-take-leaves-card-working card_works "$CARD"
}

remove_function() {
	echo 1 >"/sys/bus/pci/devices/$1/remove"
}

rescan() {
	echo 1 >/sys/bus/pci/rescan
	wait_for 5 test -e "/sys/bus/pci/devices/$1/iommu_group"
}

# The disk itself, removed and found again, is assigned as before
hot_added_disk() {
	try hot-added-disk-in-its-group rescan_disk
	try hot-added-disk-for-the-host wait_for 20 has_disk "$NVME"
	try hot-added-disk-bind bind "$NVME" vfio-pci
	own_tests own/works
}

rescan_disk() {
	old_group=$(group_of "$CARD")
	remove_function "$NVME" && rescan "$NVME" && [ "$(group_of "$NVME")" = "$old_group" ]
}

# no_driver BDF  the host's driver does not get a function of a user's PE
no_driver() {
	[ ! -e "/sys/bus/pci/devices/$1/driver" ]
}

# A card is added to a PE that a user owns: the card exists, but no host driver gets it
added_while_owned() {
	try owned-add-hold hold hold/windows
	try owned-add-remove remove_function "$CARD"
	try owned-add-rescan rescan "$CARD"
	try owned-add-no-host-driver no_driver "$CARD"
	try owned-add-let-go let_go
	try owned-add-card-for-the-host card_is_back "$CARD"
	unbind "$CARD"
}

# A device is removed while a user holds it: the removal waits for the user, and then goes on
removed_while_held() {
	try held-remove-hold hold hold/busy
	remove_function "$NVME" &
	remover=$!
	sleep 1
	try held-remove-waits kill -0 "$remover"
	let_go
	wait "$remover"
	try held-remove-gone test ! -e "/sys/bus/pci/devices/$NVME"
	try held-remove-rescan rescan "$NVME"
	try held-remove-disk-for-the-host disk_is_back
}

# change_node NODE COMMAND NAME [FILE]  adds a property to a node of the device tree, or removes it
change_node() {
	handle=$(hexdump -v -e '1/1 "%02x"' "$1/phandle")
	if [ "$2" = add_property ]; then
		printf '%s %d %s %d ' "$2" "0x$handle" "$3" "$(wc -c <"$4")" >/tmp/change
		cat "$4" >>/tmp/change
	else
		printf '%s %d %s' "$2" "0x$handle" "$3" >/tmp/change
	fi
	dd if=/tmp/change of=/proc/powerpc/ofdt bs=4096 2>/dev/null
}

card_again() {
	remove_function "$CARD" && rescan "$CARD"
}

same_group() {
	[ "$(group_of "$CARD")" = "$(group_of "$NVME")" ]
}

# A function that comes back with a window of its own is a PE of its own, until that window's property is removed:
# the kernel uses the nearest node that has a window, and 6.1 asks our module for the group
window_of_its_own() {
	node=$(readlink -f "/sys/bus/pci/devices/$CARD/of_node")
	try own-window-add change_node "$node" add_property ibm,dma-window "$node/../ibm,dma-window"
	try own-window-found-again card_again
	try own-window-not-the-disks-group refused same_group
	try own-window-remove change_node "$node" remove_property ibm,dma-window
	try own-window-found-without card_again
	try own-window-the-disks-group same_group
	try own-window-card-works card_is_back "$CARD"
}

# remove_node NODE  removes a node from the device tree even if its device is held, as drmgr does after a time
remove_node() {
	printf 'remove_node %s' "${1#/sys/firmware/devicetree/base}" >/tmp/change
	dd if=/tmp/change of=/proc/powerpc/ofdt bs=4096 2>/dev/null && [ ! -e "$1" ]
}

# The default window's property is removed from the device tree while a user has the PE: the host still gets it back
property_taken_while_owned() {
	unbind "$CARD"
	try taken-property-bind bind "$NVME" vfio-pci
	try taken-property-hold hold hold/windows
	# shellcheck disable=SC2153 # the PE's, from common.sh
	try taken-property-remove change_node "$NODE" remove_property ibm,dma-window
	try taken-property-let-go let_go
	host_has_all taken-property
}

# The node of a user's disk is removed from the device tree. The bridge's node, which is the PE's, stays. The user
# loses nothing, and the next user and the host can use the PE.
node_taken_while_held() {
	unbind "$CARD"
	try taken-node-bind bind "$NVME" vfio-pci
	try taken-node-hold hold hold/windows
	try taken-node-remove remove_node "$(readlink -f "/sys/bus/pci/devices/$NVME/of_node")"
	try taken-node-let-go let_go
	own_tests own/works
	try taken-node-disk-is-back disk_is_back
	try taken-node-card-is-back card_is_back "$CARD"
}

# Afterwards the host has everything again, in an order that ends with the card
host_has_all() {
	try "$1-disk-is-back" disk_is_back
	try "$1-card-is-back" card_is_back "$CARD"
	try "$1-windows-as-before" as_before
}

# The kernel's own driver is loaded after ours, and so VFIO asks it first
both_loaded() {
	try both-load-in-tree load vfio_iommu_spapr_tce
	unbind "$CARD"
	try both-bind bind "$NVME" vfio-pci
	own_tests own/in-tree-asked-first
	host_has_all both
	try both-unload-in-tree rmmod vfio_iommu_spapr_tce
	unbind "$CARD"
	try both-over-bind bind "$NVME" vfio-pci
	own_tests own/works
	host_has_all both-over
}

cannot_go() {
	try unload-is-refused refused rmmod vfio_pseries
	try unload-refused-still-there grep -q '^vfio_pseries ' /proc/modules
	unbind "$CARD"
	try unload-refused-bind bind "$NVME" vfio-pci
	own_tests own/works
	host_has_all unload-refused
}

# For kernels whose own driver would be of no use here, or would do too much: only our module is unloaded and loaded
can_go_alone() {
	unbind "$CARD"
	try unload-bind bind "$NVME" vfio-pci
	own_tests own/works
	try unload rmmod vfio_pseries
	host_has_all unload
	unbind "$CARD"
	try unload-load-again load_ours
	try unload-bind-again bind "$NVME" vfio-pci
	own_tests own/works own/no-host-window place/judged-afresh
	host_has_all load-again
}

# Without our module the kernel's own driver works as before; then our module is loaded again, beside it
can_go() {
	unbind "$CARD"
	try unload-bind bind "$NVME" vfio-pci
	try unload rmmod vfio_pseries
	try unload-load-in-tree load vfio_iommu_spapr_tce
	own_tests own/works
	try unload-load-again load_ours
	own_tests own/works own/no-host-window place/judged-afresh
	try unload-again-in-tree rmmod vfio_iommu_spapr_tce
	own_tests own/works
	host_has_all load-again
}

try host-disk use_disk
try host-direct-window has_direct_window
try host-other-disk read_other
try host-cards load e1000
try host-card card_works "$CARD"
try host-other-card card_works "$OTHER_CARD"
windows_of_all >/tmp/before
HOST_WINDOW=$(host_window)
export HOST_WINDOW
try huge-pages huge_pages 2
try load-vfio-pci load vfio-pci
try load-not-enabled not_enabled
# On kernels with OWNERSHIP=device, can_go tries this order later
[ "$OWNERSHIP" = device ] || try in-tree-first-load load vfio_iommu_spapr_tce
start_work
try load-under-work load_ours
try load-work-goes-on stop_work
try load-groups each_in_a_group
try load-card card_is_back "$CARD"
try load-other-card card_is_back "$OTHER_CARD"
try load-windows as_before

refused_take
unbind "$CARD"
unbind "$OTHER_CARD"
try bind-other-disk bind "$OTHER" vfio-pci
own_tests own/no-host-window own/no-host-table own/tree-while-owned own/two-pes own/no-debris
try other-disk-is-back other_is_back
try other-card-is-back card_is_back "$OTHER_CARD"
nothing_left two-pes
hot_added_disk
added_while_owned
removed_while_held
nothing_left released
host_has_all released
property_taken_while_owned
[ "$OWNERSHIP" != none ] || window_of_its_own
[ "$OWNERSHIP" = device ] || try in-tree-first-unload rmmod vfio_iommu_spapr_tce
both_loaded
case $OWNERSHIP in
none) cannot_go ;;
group) can_go_alone ;;
device) can_go ;;
esac
node_taken_while_held
nothing_left taken-node
# The partition is switched off while a user's device is at work. The kernel's messages then are checked, too.
unbind "$CARD"
try off-bind bind "$NVME" vfio-pci
try off-with-user hold hold/busy
finish
