# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /doc.sh

export DOCS=/docs
MODULE=/sys/kernel/debug/vfio_pseries

# What the module says is a line less for each file: its format
module_says() {
	cat "$MODULE/pes" "$MODULE/windows" "$MODULE/translations" | grep -v '^vfio_pseries 1$'
}

# The same, and so much of it
same() {
	module_says >/tmp/wanted
	doc drgn >/tmp/shown || { cat /tmp/shown; return 1; }
	sed -n '/^pe /,$p' /tmp/doc.out >/tmp/got
	diff /tmp/wanted /tmp/got && note "$(grep -c . /tmp/got) lines are the same" &&
		[ "$(grep -c '^run ' /tmp/got)" -ge "$1" ]
}

try host-disk use_disk
try second-disk wait_for 20 find_second
try load load_driver
pins_are_now
try host-alone same 0
try bind bind "$NVME" vfio-pci
try hold hold hold/windows
try one-user same 4
let_go
in_order drgn
finish
