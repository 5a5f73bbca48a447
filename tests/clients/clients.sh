# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables are for rig/boot, which sources this
#
# What the scenarios of "make test-clients" share: other authors' programs from the archive, and the
# usual machine with tcectl. The programs' packages are fetched just before such a scenario runs.
. "$ROOT/tests/guest/common.sh"
NEEDS="$NEEDS HUGETLBFS"
FILES="$FILES tests/clients/clients.guest.sh:clients.sh"
with_tool
# The image, which has large programs, is unpacked into memory
MEMORY=4G,slots=4,maxmem=5G
SLUB_DEBUG=
TIMEOUT=1800

# Two cards on a host bridge of their own; the frames that one card sends reach the other
with_cards() {
	QEMU_DEVICES="$QEMU_DEVICES
		-device spapr-pci-host-bridge,index=1,id=phb1
		-netdev hubport,hubid=1,id=net1 -device e1000,netdev=net1,bus=phb1.0
		-netdev hubport,hubid=1,id=net2 -device e1000,netdev=net2,bus=phb1.0"
}

# The blocks of the guides that the guest gets in /docs
BLOCKS=

add_blocks() {
	"$ROOT/tests/docs/extract" clients "$1/blocks"
	FILES="$FILES tests/docs/doc.sh:doc.sh"
	for block in $BLOCKS; do
		FILES="$FILES $1/blocks/$block:docs/$block"
	done
}

prepare_client() {
	[ -z "$BLOCKS" ] || add_blocks "$1"
	build_programs
	build_tool
}

prepare() {
	prepare_client "$1"
}
