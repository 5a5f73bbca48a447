# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

HYBRID=0001:00:00.0
SINGLE=0002:00:00.0

has_persistent_memory() {
	find /sys/firmware/devicetree/base/ibm,persistent-memory/*/device_type -exec cat {} + | grep -q ibm,pmemory
}

# to_user_and_back BDF  a user gets the PE, and the host gets it back, twice; the host's windows and the disk's masks
# are as before, and it works
to_user_and_back() {
	windows_of "$1" >/tmp/before && masks_of "$1" >/tmp/masks || return 1
	cat /tmp/before /tmp/masks
	for round in first second; do
		note "$1, the $round time"
		bind "$1" vfio-pci && vfiotest -v "$VERDICT" "$1" "$2" && give_back "$1" && host_reads "$1" &&
			windows_of "$1" >/tmp/now && diff /tmp/before /tmp/now && same_masks "$1" || return 1
	done
}

# host_reads BDF
host_reads() {
	wait_for 20 has_disk "$1" &&
		dd if="/dev/$(disk_of "$1")" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null
}

# found_below BDF PARAMETER...  the host's driver makes the disk's windows, on the hypervisor with these parameters
found_below() {
	bdf=$1
	shift
	echo >"/sys/bus/pci/devices/$bdf/driver_override"
	insmod /tce_inject.ko powervm=1 "$@" && echo "$bdf" >/sys/bus/pci/drivers/nvme/bind && host_reads "$bdf"
}

both_windows() {
	windows_of "$HYBRID" | grep -q '^ibm,dma-window ' && windows_of "$HYBRID" | grep -q "^$DIRECT_WINDOW "
}

# The window is a direct one or one of mappings: this depends on the kernel's release
one_window() {
	[ "$(windows_of "$SINGLE" | grep -c '^linux,.*ddr-window-info ')" -eq 1 ] &&
		! windows_of "$SINGLE" | grep -q '^ibm,dma-window '
}

try persistent-memory has_persistent_memory
echo nobody >"/sys/bus/pci/devices/$HYBRID/driver_override"
echo nobody >"/sys/bus/pci/devices/$SINGLE/driver_override"
try host-disk use_disk
try host-direct-window has_direct_window
try host-all-of-it refused logged 'Skipping ibm,pmemory'
try load-driver load_driver
insmod /tce_inject.ko
try direct to_user_and_back "$NVME" own/works
rmmod tce_inject
try hybrid-host found_below "$HYBRID"
try hybrid-windows both_windows
try hybrid-skipped logged 'nvme 0001:00:00.0: Skipping ibm,pmemory'
try hybrid to_user_and_back "$HYBRID" own/works
rmmod tce_inject
PERSONALITY=powervm
export PERSONALITY
# On a PE with one window Linux 6.1's own driver reads wrong data from the disk, also without any module of ours
if [ "$OWNERSHIP" = none ]; then
	skip single "this kernel's own window does not work there"
else
	try single-host found_below "$SINGLE" one=1
	try single-windows one_window
	try single to_user_and_back "$SINGLE" odd/one-window
fi
finish
