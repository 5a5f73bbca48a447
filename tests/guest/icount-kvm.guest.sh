# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
. /lib.sh
. /common.sh

# put_five_times DRIVER  the least counts: now and then the kernel does something else meanwhile
put_five_times() {
	for _ in 1 2 3 4 5; do
		puts "$VERDICT" "$1" "$EDU" || return 1
	done
}

must load-kvm load kvm-hv
if [ -n "$IN_TREE" ]; then
	must load-in-tree load_driver in-tree
	must hand-over-to-in-tree bind "$EDU" vfio-pci
	must puts-in-tree put_five_times in-tree
fi
must load-ours load_driver
must hand-over bind "$EDU" vfio-pci
must puts-ours put_five_times vfio_pseries
finish
