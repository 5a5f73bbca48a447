# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What the guest scripts with a guest of their own share, after ". /lib.sh" and ". /common.sh": QEMU
# from the package at level 1, a Linux at level 2. PHASES is for level2.sh, LEVEL2_APPEND for level 2's kernel.

export PATH="$PATH:/usr/bin:/usr/sbin"

# What level 2 must read: the sum is taken here, by the host's own driver
expected_sum() {
	dd if="/dev/$(disk_of "$NVME")" bs=64k count=512 iflag=direct 2>/dev/null | md5sum >/tmp/expected
}

pack_level2() {
	mkdir -p /tmp/level2/bin /tmp/level2/lib /tmp/level2/proc /tmp/level2/sys /tmp/level2/dev
	cp /bin/busybox /tmp/level2/bin/
	cp /level2.sh /tmp/level2/init
	cp /lib.sh /orders.sh /tmp/expected /tmp/level2/
	cp /bin/rtas /tmp/level2/bin/
	[ ! -e /bench.sh ] || { cp /bench.sh /tmp/level2/ && cp /bin/disk /tmp/level2/bin/; }
	echo "${PHASES:-}" >/tmp/level2/phases
	chmod 755 /tmp/level2/init
	cp -r /lib/modules /tmp/level2/lib/ &&
		(cd /tmp/level2 && find . | cpio -o -H newc) >/tmp/level2.initramfs
}

# The machine's guests cannot have larger pages than the machine itself
level2_machine() {
	printf %s pseries,accel=kvm,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken
	printf %s ,cap-ccf-assist=off,cap-htm=off,x-vof=on
	[ "$(page_size)" -ne 4096 ] || printf %s ,cap-hpt-max-page-size=4k
}

# start_level2 ARGUMENT...  starts QEMU with these further arguments, in the background
start_level2() {
	ulimit -l unlimited
	ldconfig 2>/dev/null
	: >/tmp/level2.log
	: >/tmp/level2.trace
	timeout "${LEVEL2_TIMEOUT:-300}" qemu-system-ppc64 -cpu host -m 512M,slots=2,maxmem=1G \
		-nodefaults -display none -pidfile /tmp/level2.pid \
		-M "$(level2_machine)" -trace 'spapr_iommu_pci_*' -D /tmp/level2.trace \
		-serial file:/tmp/level2.log -kernel /vmlinux -initrd /tmp/level2.initramfs \
		-append "console=hvc0 pci=nomsi panic=-1 ${LEVEL2_APPEND:-}" \
		-device "vfio-pci,host=${LEVEL2_DISK:-$NVME}" "$@" &
	level2=$!
}

# Waits for level 2, which ends by itself, and prints its output into the console's log
await_level2() {
	wait "$level2"
	level2_status=$?
	tr -d '\r' </tmp/level2.log | tail -n 100 | sed 's/^/level 2| /'
	return "$level2_status"
}

# QEMU cannot clean up anything before it is killed. It is a child of timeout.
kill_level2() {
	kill -9 "$(cat /tmp/level2.pid)"
	wait "$level2"
	[ $? -gt 128 ]
}

# Starts level 2 with two connections: its second console, for orders, and QEMU's monitor
start_with_lines() {
	rm -f /tmp/orders.* /tmp/monitor.*
	mkfifo /tmp/orders.in /tmp/orders.out /tmp/monitor.in /tmp/monitor.out
	order_number=0
	start_level2 -chardev pipe,id=orders,path=/tmp/orders -serial chardev:orders \
		-chardev pipe,id=monitor,path=/tmp/monitor -mon chardev=monitor,mode=readline "$@"
	cat /tmp/monitor.out >/tmp/monitor.log &
	cat /tmp/orders.out >/dev/null &
}

tell_qemu() {
	echo "$*" 1<>/tmp/monitor.in
}

answered() {
	grep -qaE "level2: order $1 (done|failed)" /tmp/level2.log
}

# order SECONDS FUNCTION ARGUMENT...  level 2 runs this function of nested.orders.sh
order() {
	order_limit=$1
	shift
	order_number=$((order_number + 1))
	echo "$order_number $*" 1<>/tmp/orders.in
	wait_for "$order_limit" answered "$order_number" && level2_said "order $order_number done"
}

obeys() {
	wait_for 250 level2_said obeys
}

# has_open BDF  level 2's QEMU has the device's group open
has_open() {
	for link in "/proc/$(cat /tmp/level2.pid)/fd"/*; do
		[ "$(readlink "$link")" != "/dev/vfio/$(group_of "$1")" ] || return 0
	done
	return 1
}

# uses SERIAL WORD  level 2 reads the disk, and writes to it
uses() {
	order 60 known "$1" && order 60 sign "$1" "$2"
}

# window_shift BDF  the page shift of the window that level 2 made for itself
window_shift() {
	pe=$(readlink -f "/sys/bus/pci/devices/$1/of_node/..")
	sed -n "/^window node=\/${pe##*/} kind=dynamic .* lent=1/s/.* shift=\([0-9]*\).*/\1/p" \
		/sys/kernel/debug/vfio_pseries/pes
}

window_has_shift() {
	[ "$(window_shift "$1")" = "$2" ]
}

run_level2() {
	start_level2 -no-reboot && await_level2
}

level2_said() {
	grep -qa "level2: $1" /tmp/level2.log
}

# Requests for TCEs that KVM left to QEMU
left_to_qemu() {
	grep -c '^spapr_iommu_pci_' /tmp/level2.trace
}

# Gives one result here for each result of level 2
level2_results() {
	for name in disk known-blocks many-blocks write-block; do
		try "nested-$name" level2_said "ok $name"
	done
}

nested_begin() {
	try host-disk use_disk
	try expected-sum expected_sum
	try load-driver load_driver
	try load-kvm load kvm-hv
	try bind-vfio-pci bind "$NVME" vfio-pci
	try pack-level2 pack_level2
}
