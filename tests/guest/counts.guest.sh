# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# Does the same reads each time, between two marks; prints how long they took
timed_reads() {
	mark "$1"
	begin=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
	read_disk || return 1
	end=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
	mark "$2"
	note "reading 16 MiB $3: $(((end - begin) * 10)) ms"
}

try host-disk use_disk
try second-disk wait_for 20 find_second
try host-direct-window has_direct_window
try host-reads timed_reads 1 2 before
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
try bind-second bind "$SECOND" vfio-pci
vfio_tests counts
try disk-is-back disk_is_back
try direct-window-is-back has_direct_window
try host-reads-again timed_reads 30 31 afterwards
finish
