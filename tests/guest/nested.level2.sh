#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The first process at level 2. Its results go to the console, which is a file at level 1. They go there as kernel
# messages: otherwise the kernel's own messages would come in the middle of a line.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
# shellcheck source=/dev/null
. /lib.sh

echo on >/proc/sys/kernel/printk_devkmsg

# tell WORDS...  tells level 1 these words
tell() {
	echo "level2: $*" >/dev/kmsg
}

# result NAME COMMAND...
result() {
	name=$1
	shift
	if "$@"; then
		tell "ok $name"
	else
		tell "not ok $name"
	fi
}

disk_is_there() {
	wait_for 60 test -e /dev/nvme0n1
}

# block NUMBER  the first line of a block of 512 bytes
block() {
	dd if=/dev/nvme0n1 bs=512 skip="$1" count=1 iflag=direct 2>/dev/null | head -n 1
}

known_blocks() {
	[ "$(block 7)" = "block 000000007" ] && [ "$(block 100000)" = "block 000100000" ]
}

many_blocks() {
	[ "$(dd if=/dev/nvme0n1 bs=64k count=512 iflag=direct 2>/dev/null | md5sum)" = \
	  "$(cat /expected)" ]
}

write_block() {
	{ echo "written at level 2" && dd if=/dev/zero bs=493 count=1 2>/dev/null; } >/block
	dd if=/block of=/dev/nvme0n1 bs=512 seek=90000 count=1 oflag=direct 2>/dev/null && sync &&
		[ "$(block 90000)" = "written at level 2" ]
}

phase() {
	grep -q "$1" /phases
}

# 1000 reads of 4 KiB, with pauses in which level 1 can look at its counts
small_reads() {
	sync
	sleep 2
	tell "phase begins"
	sleep 2
	dd if=/dev/nvme0n1 of=/dev/null bs=4k count=1000 iflag=direct 2>/dev/null
	sleep 1
	tell "phase ends"
	sleep 2
}

# A block of the disk keeps whether level 2 has already rebooted, so that it reboots only once
reboot_once() {
	[ "$(block 90001)" != "rebooting" ] || return 0
	{ echo rebooting && dd if=/dev/zero bs=502 count=1 2>/dev/null; } >/block
	dd if=/block of=/dev/nvme0n1 bs=512 seek=90001 count=1 oflag=direct 2>/dev/null
	sync
	tell "rebooting"
	reboot -f
}

modprobe nvme
if phase orders; then
	# shellcheck source=/dev/null
	. /orders.sh
	# shellcheck source=/dev/null
	[ ! -e /bench.sh ] || . /bench.sh
	obey
fi
result disk disk_is_there
result known-blocks known_blocks
if phase reboot; then
	reboot_once
fi
result many-blocks many_blocks
result write-block write_block
if phase reads; then
	small_reads
fi
poweroff -f
