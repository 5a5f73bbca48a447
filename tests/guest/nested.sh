# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What the guest scripts with a guest of their own share, after ". /lib.sh" and ". /common.sh": QEMU
# from the package at level 1, a Linux at level 2. PHASES is for level2.sh, LEVEL2_APPEND for its kernel.

export PATH="$PATH:/usr/bin:/usr/sbin"

# What level 2 must read: the sum is taken here, by the host's own driver
expected_sum() {
	dd if="/dev/$(disk_of "$NVME")" bs=64k count=512 iflag=direct 2>/dev/null | md5sum >/tmp/expected
}

pack_level2() {
	mkdir -p /tmp/level2/bin /tmp/level2/lib /tmp/level2/proc /tmp/level2/sys /tmp/level2/dev
	cp /bin/busybox /tmp/level2/bin/
	cp /level2.sh /tmp/level2/init
	cp /tmp/expected /tmp/level2/
	echo "${PHASES:-}" >/tmp/level2/phases
	chmod 755 /tmp/level2/init
	cp -r /lib/modules /tmp/level2/lib/ &&
		(cd /tmp/level2 && find . | cpio -o -H newc) >/tmp/level2.initramfs
}

# The machine's guests cannot have larger pages than the machine
level2_machine() {
	printf %s pseries,accel=kvm,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken
	printf %s ,cap-ccf-assist=off,cap-htm=off,x-vof=on
	[ "$(getconf PAGESIZE 2>/dev/null || page_size)" -ne 4096 ] || printf %s ,cap-hpt-max-page-size=4k
}

page_size() {
	awk '/^KernelPageSize:/ { print $2 * 1024; exit }' /proc/self/smaps
}

# start_level2 ARGUMENT...  of QEMU, in the background
start_level2() {
	ulimit -l unlimited
	ldconfig 2>/dev/null
	: >/tmp/level2.log
	: >/tmp/level2.trace
	timeout 300 qemu-system-ppc64 -cpu host -m 512M -nodefaults -display none \
		-M "$(level2_machine)" -trace 'spapr_iommu_pci_*' -D /tmp/level2.trace \
		-serial file:/tmp/level2.log -kernel /vmlinux -initrd /tmp/level2.initramfs \
		-append "console=hvc0 pci=nomsi panic=-1 ${LEVEL2_APPEND:-}" \
		-device "vfio-pci,host=$NVME" "$@" &
	level2=$!
}

# It ends by itself. What it said is for the console's log.
await_level2() {
	wait "$level2"
	level2_status=$?
	tr -d '\r' </tmp/level2.log | tail -n 100 | sed 's/^/level 2| /'
	return "$level2_status"
}

# QEMU has no chance to put anything in order; it runs below timeout
kill_level2() {
	kill -9 "$(pgrep -P "$level2" || echo "$level2")"
	wait "$level2"
	[ $? -gt 128 ]
}

run_level2() {
	start_level2 -no-reboot && await_level2
}

level2_said() {
	grep -qa "^level2: $1" /tmp/level2.log
}

# Requests for TCEs that KVM left to QEMU
left_to_qemu() {
	grep -c '^spapr_iommu_pci_' /tmp/level2.trace
}

# One result here for each of level 2's
level2_results() {
	for name in disk known-blocks many-blocks write-block; do
		try "nested-$name" level2_said "ok $name"
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

nested_begin() {
	try host-disk use_disk
	try expected-sum expected_sum
	try load-driver load_driver
	try load-kvm load kvm-hv
	try bind-vfio-pci bind "$NVME" vfio-pci
	try pack-level2 pack_level2
}
