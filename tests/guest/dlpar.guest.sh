# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

CARD=0000:00:03.0
CARD_DRC=0x40000018
PHB_DRC=0x20000001
HOT_DRC=0x40010000
ISOLATION=9001
ALLOCATION=9003
SLOTS=/sys/bus/pci/slots/control

# Sets the connector's state and changes the device tree; firmware may need a moment after the monitor's command
connect() {
	wait_for 10 rtas set-indicator "$ISOLATION" "$1" 1 && echo "dt add index $1" >/sys/kernel/dlpar
}

disconnect() {
	echo "dt remove index $1" >/sys/kernel/dlpar && { [ "$1" != "$PHB_DRC" ] || nothing_outstanding; } &&
		rtas set-indicator "$ISOLATION" "$1" 0
}

# LoPAR lets firmware refuse to remove a host bridge that has valid translations. QEMU does not check this.
nothing_outstanding() {
	[ "${PERSONALITY:-}" ] || return 0
	left=$(hypervisor outstanding)
	[ "$left" = 0 ] || { echo "rtas: set-indicator: status -9001, $left translations" && return 1; }
}

add_card() {
	monitor device_add "e1000,id=card,netdev=net2,addr=3"
	connect "$CARD_DRC" && echo 1 >/sys/bus/pci/rescan && [ -e "/sys/bus/pci/devices/$CARD" ]
}

remove_card() {
	echo 1 >"/sys/bus/pci/devices/$CARD/remove" && card_leaves
}

card_leaves() {
	monitor device_del card
	sleep 0.5
	disconnect "$CARD_DRC"
}

no_driver() {
	[ ! -e "/sys/bus/pci/devices/$1/driver" ]
}

same_group() {
	[ "$(group_of "$1")" = "$(group_of "$2")" ]
}

add_phb() {
	monitor device_add "spapr-pci-host-bridge,index=1,id=phb1"
	monitor device_add "nvme,id=disk1,serial=hot,drive=disk1,bus=phb1.0"
	wait_for 10 rtas set-indicator "$ALLOCATION" "$PHB_DRC" 1 && connect "$PHB_DRC" &&
		echo "PHB 1" >"$SLOTS/add_slot" && HOT=$(hot_disk)
}

hot_disk() {
	for dir in /sys/bus/pci/devices/*; do
		case ${dir##*/} in
		0000:*) ;;
		*) [ "$(cat "$dir/device")" = 0x0010 ] && echo "${dir##*/}" && return 0 ;;
		esac
	done
	return 1
}

# Removes the devices first: the kernel does not remove a bus with devices
remove_phb() {
	echo 1 >"/sys/bus/pci/devices/$HOT/remove" && echo "PHB 1" >"$SLOTS/remove_slot" || return 1
	monitor device_del disk1
	sleep 0.5
	disconnect "$HOT_DRC" || return 1
	monitor device_del phb1
	sleep 0.5
	disconnect "$PHB_DRC" && rtas set-indicator "$ALLOCATION" "$PHB_DRC" 0
}

hot_disk_works() {
	wait_for 20 has_disk "$HOT" &&
		dd if="/dev/$(disk_of "$HOT")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

hot_disk_is_back() {
	give_back "$HOT" && hot_disk_works
}

windows_as_before() {
	windows_of "$HOT" >/tmp/after && grep -q '^ibm,dma-window ' /tmp/after && diff /tmp/before /tmp/after
}

# A user has the other PE, and does DMA
user_has_hot_disk() {
	bind "$HOT" vfio-pci && vfiotest -v "$VERDICT" "$HOT" "$@"
}

# The card is in the PE that a user has, but nobody has opened the card
remove_card_under_user() {
	remove_card && let_go
}

# The removal waits for the user, as for any device that is open in VFIO
remove_disk_of_user() {
	echo 1 >"/sys/bus/pci/devices/$HOT/remove" &
	remover=$!
	sleep 1
	[ -e "/sys/bus/pci/devices/$HOT" ] || echo "the removal did not wait for the user"
	let_go && wait "$remover" && [ ! -e "/sys/bus/pci/devices/$HOT" ]
}

disk_comes_back() {
	echo 1 >/sys/bus/pci/rescan && hot_disk_works
}

host_tests() {
	try hot-card add_card
	try hot-card-works card_answers "$CARD" 10.0.2
	try hot-card-in-the-pe same_group "$CARD" "$NVME"
	try hot-card-to-user bind "$CARD" vfio-pci
	try bind-vfio-pci bind "$NVME" vfio-pci
	vfiotest -v "$VERDICT" "$NVME" host/all-functions || failed
	try hot-card-is-back give_back "$CARD"
	try hot-card-works-again card_answers "$CARD" 10.0.2
	try hot-card-removed remove_card
	host_again hot-card-gone
}

# A card is added while a user owns the PE: no host driver gets it, the user can have it
owned_tests() {
	try bind-vfio-pci-again bind "$NVME" vfio-pci
	try user-has-windows hold hold/windows
	try card-to-owned-pe add_card
	try card-to-owned-pe-not-the-hosts no_driver "$CARD"
	try card-to-owned-pe-is-the-users bind "$CARD" vfio-pci
	let_go || failed
	try card-to-owned-pe-back give_back "$CARD"
	try card-to-owned-pe-works card_answers "$CARD" 10.0.2
	try card-to-user-again bind "$CARD" vfio-pci
	try user-has-windows-again hold hold/windows
	try card-removed-under-user remove_card_under_user
	host_again card-removed-under-user
}

phb_tests() {
	try hot-phb add_phb
	try hot-phb-host-disk hot_disk_works
	windows_of "$HOT" >/tmp/before
	user_has_hot_disk dma/default-window dma/dynamic-window window/dpdk-sequence || failed
	[ -z "${PERSONALITY:-}" ] || try hot-phb-user-leaves-no-tce bridge_empty 1
	try hot-phb-disk-is-back hot_disk_is_back
	try hot-phb-windows-as-before windows_as_before
	try hot-phb-to-user-again bind "$HOT" vfio-pci
	export HELD="$HOT"
	try hot-phb-user-has-windows hold hold/windows
	[ -z "${PERSONALITY:-}" ] || try hot-phb-users-tces-are-seen bridge_not_empty 1
	try hot-phb-disk-removed-under-user remove_disk_of_user
	[ -z "${PERSONALITY:-}" ] || try hot-phb-removed-user-leaves-no-tce bridge_empty 1
	try hot-phb-disk-comes-back disk_comes_back
	try hot-phb-removed remove_phb
}

# All of it once more in the same place: nothing is left of the first host bridge. QEMU frees a host
# bridge's tables some time after the bridge has gone, and dies if the next bridge comes before that.
phb_again() {
	sleep 5
	add_phb && hot_disk_works && user_has_hot_disk dma/default-window && hot_disk_is_back &&
		remove_phb
}

try host-disk use_disk
try host-drivers load e1000 rpaphp rpadlpar_io
try load-driver load_driver
try huge-pages huge_pages 8
host_tests
owned_tests
phb_tests
try hot-phb-again phb_again
finish
