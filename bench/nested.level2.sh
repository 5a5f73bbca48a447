# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Orders that level 2 takes from bench-nested.guest.sh, in addition to those of nested.orders.sh.

# measure NAME seq|random BYTES COUNT
measure() {
	measured=$(disk "$(disk_named vfio-pseries)" "$2" "$3" "$4") &&
		tell "measured $1 $2 $3 $4 $measured"
}

ready() {
	wait_for 60 has_disk_named vfio-pseries
}
