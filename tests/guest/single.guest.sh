# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

LATER=0001:00:00.0

# host_reads BDF
host_reads() {
	wait_for 20 has_disk "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# only_window BDF  the host has a window onto all of memory and no other
only_window() {
	windows_of "$1" >/tmp/now && grep -q "^$DIRECT_WINDOW " /tmp/now &&
		! grep -q '^ibm,dma-window ' /tmp/now
}

# as_before BDF  the same window as the first time
as_before() {
	windows_of "$1" >/tmp/now && diff "/tmp/before-$1" /tmp/now
}

# no_warning  the kernel has not said that the host's driver cannot have its DMA
no_warning() {
	! dmesg | grep -E 'table unavailable|no 64-bit window for the host|is lost'
}

# one_window BDF  a PE from the host to the test and back, and again
one_window() {
	windows_of "$1" >"/tmp/before-$1"
	for round in first second; do
		note "$1, the $round time"
		bind "$1" vfio-pci && vfiotest -v "$VERDICT" "$1" odd/one-window &&
			give_back "$1" && host_reads "$1" && only_window "$1" || return 1
	done
}

try one-window insmod /tce_inject.ko single=1
echo vfio-pci >"/sys/bus/pci/devices/$LATER/driver_override"
try host-disk use_disk
try host-only-window only_window "$NVME"
try load-driver load_driver
unbind "$LATER"
try host-later-disk give_back "$LATER"
try host-later-disk-is-read host_reads "$LATER"
try host-later-only-window only_window "$LATER"
try single one_window "$NVME"
try single-disk-is-back disk_is_back
try single-only-window only_window "$NVME"
try single-windows-as-before as_before "$NVME"
try single-later one_window "$LATER"
try single-later-disk-is-read host_reads "$LATER"
try single-later-only-window only_window "$LATER"
try single-later-windows-as-before as_before "$LATER"
try single-no-warning no_warning
finish
