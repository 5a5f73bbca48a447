# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /doc.sh
. /says.sh

export DOCS=/docs

# same RUNS  drgn shows the same as the module, with at least so many runs
same() {
	module_says >/tmp/wanted
	drgn_shows /tmp/wanted "$1" doc drgn
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
