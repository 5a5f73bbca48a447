# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# What level 2 must read: the sum is taken here, by the host's own driver
expected_sum() {
	dd if="/dev/$(disk_of "$NVME")" bs=64k count=512 iflag=direct 2>/dev/null | md5sum >/tmp/expected
}

pack_level2() {
	mkdir -p /tmp/level2/bin /tmp/level2/lib /tmp/level2/proc /tmp/level2/sys /tmp/level2/dev
	cp /bin/busybox /tmp/level2/bin/
	cp /level2.sh /tmp/level2/init
	cp /tmp/expected /tmp/level2/
	chmod 755 /tmp/level2/init
	cp -r /lib/modules /tmp/level2/lib/ &&
		(cd /tmp/level2 && find . | cpio -o -H newc) >/tmp/level2.initramfs
}

run_level2() {
	ulimit -l unlimited
	ldconfig 2>/dev/null
	timeout 300 qemu-system-ppc64 -cpu host -m 512M -nodefaults -display none -no-reboot \
		-M pseries,accel=kvm,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off,cap-htm=off,x-vof=on \
		-serial file:/tmp/level2.log -kernel /vmlinux -initrd /tmp/level2.initramfs \
		-append "console=hvc0 pci=nomsi panic=-1" -device "vfio-pci,host=$NVME"
	level2_status=$?
	tr -d '\r' </tmp/level2.log | tail -n 100 | sed 's/^/level 2| /'
	return "$level2_status"
}

# One result here for each of level 2's
level2_results() {
	for name in disk known-blocks many-blocks write-block; do
		try "nested-$name" grep -qa "^level2: ok $name" /tmp/level2.log
	done
}

# Pages that are pinned in the system
pins() {
	cat /proc/sys/vm/stat_refresh
	awk '/^nr_foll_pin_acquired/ { n += $2 } /^nr_foll_pin_released/ { n -= $2 } END { print n }' /proc/vmstat
}

pins_are() {
	[ "$(pins)" -eq "$1" ]
}

try host-disk use_disk
try expected-sum expected_sum
try load-driver load_driver
try load-kvm load kvm-hv
try bind-vfio-pci bind "$NVME" vfio-pci
try pack-level2 pack_level2
export PATH="$PATH:/usr/bin:/usr/sbin"
pins_before=$(pins)
try nested-guest-ends run_level2
level2_results
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
