# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

CARD=0000:00:01.0
export TCECTL_PCI_IDS=/pci.ids

start_udev() {
	mkdir -p /etc /run
	printf 'root:x:0:\nvfio:x:4242:\n' >/etc/group
	/lib/systemd/systemd-udevd --daemon
}

no_drivers() {
	for module in vfio_pci e1000 nvme; do
		! grep -q "^$module " /proc/modules || rmmod "$module" || return 1
	done
}

# The devices are removed, and come back while no driver is loaded: only udev's rules can take them. A boot's udevd reads
# its rules anew; one that runs looks for new ones every three seconds.
boot_again() {
	udevadm control --reload || return 1
	for device in "$NVME" "$CARD"; do
		unbind "$device"
		echo 1 >"/sys/bus/pci/devices/$device/remove" || return 1
	done
	no_drivers || return 1
	echo 1 >/sys/bus/pci/rescan
	udevadm settle && load nvme e1000 vfio-pci && udevadm settle
}

both_have() {
	echo "$NVME $(driver_of "$NVME"), $CARD $(driver_of "$CARD"), group $(group_of "$NVME")"
	[ "$(driver_of "$NVME")" = "$1" ] && [ "$(driver_of "$CARD")" = "$2" ]
}

# file_is GROUP MODE  of the group's file, whatever its number is now
file_is() {
	stat -c '%n %g %a' /dev/vfio/*
	[ "$(stat -c '%g %a' "/dev/vfio/$(group_of "$NVME")")" = "$1 $2" ]
}

files_left() {
	find /etc/udev /etc/modules-load.d /etc/modprobe.d -name '*vfio-pseries*' | grep .
}

# The card is of another kind. The host has it at the next boot, as the tool says.
kind() {
	tcectl device bind --persist --group vfio --mode 0640 1b36:0010 2>/tmp/err || return 1
	cat /tmp/err
	grep "$CARD is in the group, too" /tmp/err
}

try host-disk use_disk
try host-card load e1000
try driver load_driver
try udev start_udev
try persist tcectl device bind --persist --group vfio "$NVME"
try bound both_have vfio-pci vfio-pci
try file-now file_is 4242 660
try boot boot_again
try boot-bound both_have vfio-pci vfio-pci
try boot-file wait_for 20 file_is 4242 660
try forget tcectl device unbind --forget "$CARD"
try forgotten both_have nvme e1000
try nothing-left refused files_left
try boot-forgotten boot_again
try boot-host both_have nvme e1000
try kind kind
try boot-kind boot_again
try boot-kind-bound both_have vfio-pci e1000
try boot-kind-file wait_for 20 file_is 4242 640
try forget-kind tcectl device unbind --forget 1b36:0010
try forget-kind-left refused files_left
try disk-works wait_for 20 has_disk "$NVME"
try disk-reads read_disk
finish
