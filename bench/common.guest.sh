# SPDX-License-Identifier: GPL-2.0-only
#
# What the guest scripts here share, after ". /lib.sh".

EDU=$(find_pci 1234:11e8)

# Sizes of IOMMU pages, as log2: no larger than the pieces of memory that the guest can get
page_shifts() {
	echo 12
	[ "$(page_size)" -lt 65536 ] || echo 16
}

has_device() {
	for dir in /sys/bus/pci/devices/*; do
		[ "$(readlink -f "$dir/of_node/..")" != "$(readlink -f "$1")" ] || return 0
	done
	return 1
}

# A host bridge without devices, by its path in the device tree
empty_bridge() {
	for bridge in /proc/device-tree/pci@*; do
		has_device "$bridge" || echo "/${bridge##*/}"
	done | head -n 1
}

load_floor() {
	insmod /tce_floor.ko "node=$(empty_bridge)"
}

# measure DRIVER  every job once, with each size of IOMMU pages
measure() {
	for page_shift in $(page_shifts); do
		label=$(bench "$VERDICT" "$1" "$page_shift" "$EDU" "$label") || return 1
	done
}

# rounds N DRIVER...  all drivers in turn, N times; stops at the first failure
rounds() {
	rounds_left=$1
	shift
	while [ "$rounds_left" -gt 0 ]; do
		for driver in "$@"; do
			measure "$driver" && continue
			not_ok "measure-$driver" "see the lines above"
			finish
		done
		rounds_left=$((rounds_left - 1))
	done
	for driver in "$@"; do
		ok "measure-$driver"
	done
}

# measure_all ROUNDS LABEL  loads the in-tree driver first: VFIO asks the driver that is loaded later first. LABEL is
# the first mark in the host's trace; 0 means no marks.
measure_all() {
	label=$2
	note "bench-kernel $(uname -r) $(page_size)"
	if [ -n "$IN_TREE" ]; then
		must load-in-tree load_driver in-tree
		must hand-over-to-in-tree bind "$EDU" vfio-pci
		rounds "$1" in-tree
	fi
	must load-ours load_driver
	must load-floor load_floor
	must hand-over bind "$EDU" vfio-pci
	rounds "$1" floor vfio_pseries
	finish
}
