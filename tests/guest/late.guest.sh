# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

LATE=/sys/module/tce_inject/parameters/late

late() {
	echo "$1" >"$LATE" && cat "$LATE"
}

# The card's driver has 32 bits of DMA, so its mappings are in the default window
card_maps() {
	late "$CARD" && unbind "$CARD"
}

card_is_back() {
	give_back "$CARD" && card_answers "$CARD" 10.0.2
}

# no_tce_left does find a user's TCEs while they exist
users_tces_are_seen() {
	! no_tce_left && [ -s /tmp/valid ]
}

# once NAME  the host's driver leaves, the user takes the PE, and only then the driver's page is unmapped
once() {
	try "$1-host-maps" card_maps
	try "$1-bind-vfio-pci" bind "$NVME" vfio-pci
	try "$1-user" hold hold/late-unmap
	try "$1-host-unmaps" late off
	[ -z "${PERSONALITY:-}" ] || try "$1-users-tces-are-seen" users_tces_are_seen
	let_go || failed
	host_again "$1"
	try "$1-card-is-back" card_is_back
}

try host-disk use_disk
try host-card load e1000
CARD=$(find_pci 8086:100e)
try host-card-works card_answers "$CARD" 10.0.2
[ "${PERSONALITY:-}" ] || try inject insmod /tce_inject.ko
try load-driver load_driver
once late
once late-again
finish
