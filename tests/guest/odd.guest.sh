# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# odd_disk INDEX  the disk behind the host bridge with that index
odd_disk() {
	case $1 in
	5) echo 0005:01:01.0 ;;
	*) printf '%04x:00:00.0' "$1" ;;
	esac
}

read_odd() {
	wait_for 20 has_disk "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# odd_pe INDEX NAME  a PE goes from the host to the test and back
odd_pe() {
	odd=$(odd_disk "$1")
	try "host-disk-$2" read_odd "$odd"
	windows_of "$odd" >"/tmp/before-$1"
	try "bind-$2" bind "$odd" vfio-pci
	vfiotest -v "$VERDICT" "$odd" "odd/$2" || failed
	try "disk-is-back-$2" give_back "$odd"
	try "disk-is-read-$2" read_odd "$odd"
	windows_of "$odd" >"/tmp/after-$1"
	try "windows-as-before-$2" diff "/tmp/before-$1" "/tmp/after-$1"
}

try host-disk use_disk
try load-driver load_driver
odd_pe 1 without-ddw
odd_pe 2 elsewhere
odd_pe 3 beyond-32-bits
odd_pe 4 no-power-of-two
odd_pe 5 behind-a-bridge
nothing_left odd
finish
