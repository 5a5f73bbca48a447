# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh

# pc KIND  starts a PC of this kind with the device; its output shows what it asks VFIO for
pc() {
	ends 120 qemu-system-x86_64 -M "$1" -accel tcg -m 512 -no-user-config -nodefaults -display none \
		-trace 'vfio_prereg_register' -trace 'vfio_spapr_*' -device "vfio-pci,host=$NVME"
}

# The status that a shell gives for a segmentation fault
crashed() {
	ended_with 139
}

try host-disk use_disk
try load load_driver
pins_are_now
ldconfig
ulimit -l unlimited

try bind tcectl device bind "$NVME"
try pc-ends pc pc
try pc-registered said 'vfio_prereg_register .* ret=0'
try pc-refused ended_with 1
try pc-says said 'Memory registering failed'
in_order pc

try bind-again tcectl device bind "$NVME"
try q35-ends pc q35
try q35-registered said 'vfio_prereg_register .* ret=0'
try q35-removed-window said vfio_spapr_remove_window
try q35-crashed crashed
in_order q35
finish
