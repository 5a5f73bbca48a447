# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

find_disks() {
	SAME=$(disk_by_serial same) && NO_DDW=$(disk_by_serial no-ddw) &&
		ELSEWHERE=$(disk_by_serial elsewhere)
}

all_to_user() {
	for bdf in "$NVME" "$SAME" "$NO_DDW" "$ELSEWHERE"; do
		bind "$bdf" vfio-pci || return 1
	done
}

# host_has BDF  the host's driver has the disk and can read it
host_has() {
	give_disk_back "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# beside OTHER TEST...
beside() {
	# shellcheck disable=SC2034 # vfio_tests reads it
	SECOND=$1
	shift
	vfio_tests "$@"
}

try host-disk use_disk
try four-disks wait_for 20 find_disks
try load-driver load_driver
try huge-pages huge_pages 8
try bind-vfio-pci all_to_user
beside "$SAME" join/before-mappings join/after-mappings join/windows-of-both join/one-window join/second-leaves \
	join/first-leaves join/killed
beside "$NO_DDW" join/without-dynamic-windows
try refusal-says-no-window logged "cannot join window .*: no window left"
beside "$ELSEWHERE" join/other-geometry
try refusal-says-elsewhere logged "cannot join window .*: firmware puts it elsewhere"
for bdf in "$SAME" "$NO_DDW" "$ELSEWHERE"; do
	try "released-$bdf" host_has "$bdf"
done
host_again released
finish
