# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
. /lib.sh

pattern_reads() {
	[ "$(dd if="/dev/$disk" bs=512 skip=1234 count=1 2>/dev/null | head -n 1)" = "block 000001234" ]
}

writes() {
	printf 'rig writes' | dd of="/dev/$disk" bs=512 seek=77 conv=notrunc 2>/dev/null && sync
}

# checked SLAB...  each of them detects use after free, double free and writes beside an object
checked() {
	for slab in "$@"; do
		for check in sanity_checks red_zone poison store_user; do
			[ "$(cat "/sys/kernel/slab/$slab/$check")" = 1 ] || { echo "$slab: no $check"; return 1; }
		done
	done
}

slabs() {
	cd /sys/kernel/slab && [ "$(find . -name 'kmalloc-*' | wc -l)" -ge 8 ] &&
		checked kmalloc-* filp mm_struct task_struct
}

echo "a line that a kernel message could disturb"
load nvme e1000 vfio-pci || not_ok rig-modules "could not be loaded"
nvme=$(find_pci 1b36:0010)
e1000=$(find_pci 8086:100e)
try rig-nvme wait_for 20 has_disk "$nvme"
disk=$(disk_of "$nvme")
try rig-e1000 [ "$(driver_of "$e1000")" = e1000 ]
try rig-slabs slabs
mark 1
try rig-disk-reads pattern_reads
mark 2
try rig-disk-writes writes
mark 3
try rig-unbind unbind "$nvme"
try rig-no-disk refused has_disk "$nvme"
try rig-bind bind "$nvme" nvme
try rig-give-back give_back "$nvme"
try rig-disk-back wait_for 20 has_disk "$nvme"
try rig-wrong-driver refused bind "$nvme" e1000
note "disk $disk on $nvme, group $(group_of "$nvme")"
finish
