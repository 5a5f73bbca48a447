# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# The kernel asks for EEH when it meets a device; these it met before
meet_again() {
	for device in $NVME $SECOND; do
		echo 1 >"/sys/bus/pci/devices/$device/remove"
	done
	echo 1 >/sys/bus/pci/rescan
	for device in $NVME $SECOND; do
		wait_for 10 test -e "/sys/bus/pci/devices/$device/eeh_pe_config_addr" || return 1
	done
}

kernel_has_eeh() {
	[ "$(cat /sys/kernel/debug/powerpc/eeh_enable)" != 0x0 ]
}

second_is_back() {
	give_back "$SECOND" && wait_for 20 has_disk "$SECOND"
}

try eeh-platform insmod /tce_inject.ko eeh=1
SECOND=0001:00:00.0
try eeh-devices meet_again
try eeh-kernel kernel_has_eeh
try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
try bind-second bind "$SECOND" vfio-pci
vfio_tests stopped
try eeh-second-is-back second_is_back
host_again eeh
finish
