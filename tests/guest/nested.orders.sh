# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Orders that level 2 takes while it runs: lines "NUMBER FUNCTION ARGUMENT..." on its second console.
# After ". /lib.sh". Disks are named by their serial numbers.

ISOLATION=9001

# controller_of SERIAL  the disk's folder in sysfs
controller_of() {
	for controller in /sys/class/nvme/*; do
		[ "$(tr -d ' ' <"$controller/serial" 2>/dev/null)" = "$1" ] || continue
		echo "$controller"
		return 0
	done
	return 1
}

disk_named() {
	for disk in "$(controller_of "$1")"/nvme*n1; do
		[ -e "/dev/${disk##*/}" ] && echo "/dev/${disk##*/}" && return 0
	done
	return 1
}

has_disk_named() {
	disk_named "$1" >/dev/null
}

# block_of DISK NUMBER  the first line of a block of 512 bytes
block_of() {
	dd if="$1" bs=512 skip="$2" count=1 iflag=direct 2>/dev/null | head -n 1
}

# sum_of DISK  the checksum of its first MiB
sum_of() {
	dd if="$1" bs=64k count=16 iflag=direct 2>/dev/null | md5sum
}

# known SERIAL  reads two blocks whose content is the same on every disk
known() {
	known_disk=$(disk_named "$1") && [ "$(block_of "$known_disk" 7)" = "block 000000007" ] &&
		[ "$(block_of "$known_disk" 100000)" = "block 000100000" ]
}

# sign SERIAL WORD  writes the word into a block, so that the scenario finds it in the image
sign() {
	sign_disk=$(disk_named "$1") || return 1
	{ echo "$2" && dd if=/dev/zero bs=$((511 - ${#2})) count=1 2>/dev/null; } >/signed
	dd if=/signed of="$sign_disk" bs=512 seek=90000 count=1 oflag=direct 2>/dev/null
	[ "$(block_of "$sign_disk" 90000)" = "$2" ]
}

# plug CONNECTOR SERIAL  plugs in a device that QEMU has just added, as drmgr does it
plug() {
	wait_for 30 rtas set-indicator "$ISOLATION" "$1" 1 && echo "dt add index $1" >/sys/kernel/dlpar &&
		echo 1 >/sys/bus/pci/rescan && wait_for 60 has_disk_named "$2"
}

# unplug SERIAL  removes the device, before QEMU is told to take it away
unplug() {
	echo 1 >"$(controller_of "$1")/device/remove" && ! controller_of "$1"
}

# release CONNECTOR  releases the connector, after QEMU was told
release() {
	echo "dt remove index $1" >/sys/kernel/dlpar && wait_for 30 rtas set-indicator "$ISOLATION" "$1" 0
}

memory_is() {
	[ "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" -ge "$1" ]
}

# grown KIB  waits until there is at least this much memory
grown() {
	wait_for 60 memory_is "$1"
}

# One round on a disk: writes and reads 64 KiB that are new each time, and reads content that never changes
work_once() {
	{ echo "$2" && dd if=/dev/urandom bs=65536 count=1 2>/dev/null; } | dd bs=65536 count=1 \
		iflag=fullblock of=/written 2>/dev/null
	dd if=/written of="$1" bs=65536 seek=$((800 + $2 % 100)) count=1 oflag=direct 2>/dev/null &&
		dd if="$1" of=/reread bs=65536 skip=$((800 + $2 % 100)) count=1 iflag=direct 2>/dev/null &&
		cmp /written /reread && [ "$(sum_of "$1")" = "$3" ]
}

work_loop() {
	work_disk=$(disk_named "$1") && work_sum=$(sum_of "$work_disk") || return 1
	rounds=0
	while [ -e /working ]; do
		work_once "$work_disk" "$rounds" "$work_sum" || return 1
		rounds=$((rounds + 1))
		echo "$rounds" >/rounds
	done
}

# work SERIAL  works on the disk until stop is called
work() {
	echo 0 >/rounds
	echo 1 >/working
	work_loop "$1" &
	worker=$!
}

# stop ROUNDS  waits until so many rounds are done, ends the work, and fails if a round has failed
stop() {
	wait_for 120 has_rounds "$1" || return 1
	rm /working
	wait "$worker"
}

# The work has done enough rounds, or has ended
has_rounds() {
	[ "$(cat /rounds)" -ge "$1" ] || ! kill -0 "$worker" 2>/dev/null
}

# The console stays open all the time: an order that arrives while it is closed is lost
obey() {
	{
		stty raw -echo
		tell "obeys"
		while read -r number order; do
			# shellcheck disable=SC2086 # words
			if $order </dev/null; then
				tell "order $number done"
			else
				tell "order $number failed"
			fi
		done
	} </dev/hvc1
}
