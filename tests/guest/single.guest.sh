# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

LATER=0001:00:00.0
LOOK=/sys/module/vfio_pseries/parameters/look_at_restored

# host_reads BDF
host_reads() {
	wait_for 20 has_disk "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# as_before BDF  the same window as the first time
as_before() {
	windows_of "$1" >/tmp/now && diff "/tmp/before-$1" /tmp/now
}

# Both PEs are in one container, and go back to the host
joined() {
	bind "$NVME" vfio-pci && bind "$LATER" vfio-pci || return 1
	SECOND=$LATER vfio_tests join/one-window
	disk_is_back && only_window "$NVME" && as_before "$NVME" &&
		give_back "$LATER" && host_reads "$LATER" && only_window "$LATER" && as_before "$LATER"
}

# no_warning  the kernel has not said that the host's driver cannot have its DMA
no_warning() {
	! dmesg | grep -E 'table unavailable|no 64-bit window for the host|is lost'
}

# one_window BDF  a PE goes from the host to the test and back, twice
one_window() {
	windows_of "$1" >"/tmp/before-$1"
	for round in first second; do
		note "$1, the $round time"
		bind "$1" vfio-pci && vfiotest -v "$VERDICT" "$1" odd/one-window &&
			give_back "$1" && host_reads "$1" && only_window "$1" || return 1
	done
}

# PowerVM leaves TCEs in a default window that it restores, and QEMU does not
looked_at() {
	grep "^pe .* looked=3 held=" /sys/kernel/debug/vfio_pseries/pes | tee /tmp/looked
	case ${PERSONALITY:-} in
	'') grep -q 'held=0$' /tmp/looked ;;
	*) grep -q 'held=[1-3]$' /tmp/looked ;;
	esac
}

# with_fault TEST PLAN  that test takes the disk's PE from the host, a call fails, and the host has
# its window afterwards
with_fault() {
	echo "--- $1 with plan $2"
	bind "$NVME" vfio-pci && PLAN="$2" vfiotest "$NVME" "$1" &&
		[ "$(cat /sys/module/tce_inject/parameters/hits)" -gt 0 ] && disk_is_back &&
		only_window "$NVME" && as_before "$NVME"
}

claims_with_faults() {
	for call in "clear 1" "clear 300" "query 1" "remove 1" "reset 1"; do
		with_fault take/claim-single "$call 1 -1" || return 1
	done
}

# Either the kernel makes the host's window again when a driver asks for it, or the module does
releases_with_faults() {
	case $OWNERSHIP in
	device) set -- "clear 1" "reset 1" ;;
	*) set -- "clear 1" "remove 1" "create 1" "write 1" ;;
	esac
	for call in "$@"; do
		with_fault take/give-back-single "$call 1 -1" || return 1
	done
}

# The host's driver itself notices this on kernels which forget that its window was a direct one
no_disk() {
	[ "$OWNERSHIP" = group ] || ! disk_is_back
}

# The host cannot get its window back, and has no other: it has no disk until after the PE's next user
lose_and_find() {
	bind "$NVME" vfio-pci && PLAN="create 1 1000000 -1" vfiotest "$NVME" take/give-back-single &&
		no_disk && ! has_direct_window && bind "$NVME" vfio-pci &&
		PLAN=off vfiotest "$NVME" take/give-back-single && disk_is_back && only_window "$NVME"
}

[ -n "${PERSONALITY:-}" ] || try one-window insmod /tce_inject.ko single=1
echo vfio-pci >"/sys/bus/pci/devices/$LATER/driver_override"
try host-disk use_disk
try host-only-window only_window "$NVME"
try load-driver load_driver
unbind "$LATER"
try host-later-disk give_back "$LATER"
try host-later-disk-is-read host_reads "$LATER"
try host-later-only-window only_window "$LATER"
echo Y >"$LOOK"
try single one_window "$NVME"
echo N >"$LOOK"
nothing_left single
try single-restored-window-was-looked-at looked_at
try single-disk-is-back disk_is_back
try single-only-window only_window "$NVME"
try single-windows-as-before as_before "$NVME"
try single-later one_window "$LATER"
try single-later-disk-is-read host_reads "$LATER"
try single-later-only-window only_window "$LATER"
try single-later-windows-as-before as_before "$LATER"
try single-joined joined
nothing_left single-joined
try single-no-warning no_warning
try single-take-fails claims_with_faults
try single-release-fails releases_with_faults
nothing_left single-fails
# On other kernels the kernel makes the window when a driver asks for it
[ "$OWNERSHIP" = device ] || try single-release-loses-the-window lose_and_find
finish
