# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

CARD=0000:00:01.0
TRACING=/sys/kernel/tracing
export TCECTL_PCI_IDS=/pci.ids

# says WORDS COMMAND...  the command ends with status 1, and its output or its errors have the words
says() {
	words=$1
	shift
	status=0
	"$@" >/tmp/err 2>&1 || status=$?
	cat /tmp/err
	[ "$status" -eq 1 ] && grep -q -- "$words" /tmp/err
}

mounted_is_refused() {
	load ext4 || return 1
	disk=/dev/$(disk_of "$NVME")
	mke2fs -q "$disk" && mkdir -p /mnt && mount -t ext2 "$disk" /mnt || return 1
	says "disk ${disk#/dev/} is mounted on /mnt" tcectl device bind "$NVME"
	status=$?
	umount /mnt
	return "$status"
}

card_up_is_refused() {
	interface=$(ls "/sys/bus/pci/devices/$CARD/net") && ip link set "$interface" up || return 1
	says "network interface $interface is up; it is in the group of $NVME" \
		tcectl device bind "$NVME"
	status=$?
	ip link set "$interface" down
	return "$status"
}

# The card's buffers are in the default window, which reaches as far as the card does. The disk's are in the window that
# maps all of memory, for which the kernel has no table.
host_maps_pages() {
	interface=$(ls "/sys/bus/pci/devices/$CARD/net") && ip link set "$interface" up || return 1
	shows 'default .*, [1-9][0-9]* pages in use' tcectl pe show "$NVME" &&
		shows '"tces_in_use":[1-9]' tcectl -j pe list
	status=$?
	ip link set "$interface" down
	grep '^table ' /sys/kernel/debug/vfio_pseries/pes
	return "$status"
}

host_has_no_table() {
	tcectl pe show "$NVME" >/tmp/out || return 1
	! grep 'pages in use' /tmp/out && ! grep '^table ' /sys/kernel/debug/vfio_pseries/pes
}

# kernel_tells_device  the kernel says of which device an open file is. Older kernels than 7.0 need not.
kernel_tells_device() {
	grep -qs '^vfio-device-syspath:' /proc/[0-9]*/fdinfo/*
}

# A process has the device's file open and neither the group's nor the container's: its fdinfo alone shows what it holds
held_by_device() {
	if kernel_tells_device; then
		try held-by-device shows 'held by: process [0-9]* (vfiotest)' tcectl pe show "$NVME"
		return
	fi
	case $(uname -r) in
	[1-6].*) skip held-by-device 'this kernel does not tell of which device a file is' ;;
	*) not_ok held-by-device 'no fdinfo names its device' ;;
	esac
}

still_the_hosts() {
	[ "$(driver_of "$NVME")" = nvme ] && [ "$(driver_of "$CARD")" = e1000 ]
}

all_assigned() {
	[ "$(driver_of "$NVME")" = vfio-pci ] && [ "$(driver_of "$CARD")" = vfio-pci ]
}

# vfio-pci cannot get one of the functions: the function that it already has goes back to the host
half_way() {
	mount -o bind /dev/null "/sys/bus/pci/devices/$CARD/driver_override" || return 1
	says 'drivers that they had before' tcectl device bind "$NVME"
	status=$?
	umount "/sys/bus/pci/devices/$CARD/driver_override"
	return "$status"
}

# The user holds 1 MiB in a window of 1 GiB at 0 and in one of 4 GiB with 4 KiB pages
mapped() {
	tcectl dump "$1" | tee /tmp/out
	grep -q '^0x.*-0x.* -> 0x.* rw ' /tmp/out
}

# dump_has_all WINDOW SIZE  the ranges that tcectl dumps have this size in all
dump_has_all() {
	tcectl -j dump "$1" | tr '{' '\n' | sed -n 's/.*"size":\([0-9]*\).*/\1/p' |
		awk -v wanted="$2" '{ sum += $1 } END { print sum; exit sum != wanted }'
}

traced() {
	grep -q "vfio_pseries_\|$1: " "$TRACING/trace" && grep "$1: " "$TRACING/trace" | head -n 3 | grep .
}

# Reads every file while a user maps, unmaps, creates and removes without a pause
readers() {
	rounds=0
	while [ -e /tmp/reading ]; do
		tcectl stat >/dev/null && tcectl -j pe show "$NVME" >/dev/null || return 1
		cat /sys/kernel/debug/vfio_pseries/translations >/dev/null || return 1
		tcectl dump 80000000 >/dev/null 2>&1
		rounds=$((rounds + 1))
	done
	note "files read in $rounds rounds while windows came and went"
	[ "$rounds" -gt 2 ]
}

read_under_work() {
	: >/tmp/reading
	readers &
	reader=$!
	vfiotest -v "$VERDICT" "$NVME" window map race/same-range race/map-against-remove || failed
	rm /tmp/reading
	wait "$reader"
}

# centiseconds  since the machine was started
centiseconds() {
	sed 's/ .*//; s/[.]//' /proc/uptime
}

# answers COMMAND...  each command of tcectl ends by itself within five seconds of the machine's clock; kernels that
# check themselves while they run have more time. The output is in /tmp/answers.
answers() {
	for words in "$@"; do
		begin=$(centiseconds)
		status=0
		# shellcheck disable=SC2086 # words
		timeout 60 tcectl $words >/tmp/answer 2>&1 || status=$?
		took=$(($(centiseconds) - begin))
		cat /tmp/answer >>/tmp/answers
		echo "tcectl $words: status $status, $took cs"
		[ "$status" -lt 124 ] && [ "$took" -le "$((500 * ${SLOWNESS:-1}))" ] || return 1
	done
}

# The commands that only look
looks() {
	answers 'pe list' "pe show $NVME" health '-j health' "doctor $NVME" stat 'stat --openmetrics' 'dump 80000000'
}

# without_debugfs COMMAND...  while the module cannot tell who has the PE
without_debugfs() {
	umount /sys/kernel/debug || return 1
	status=0
	"$@" || status=$?
	mount -t debugfs debugfs /sys/kernel/debug
	return "$status"
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

# names_holder COMMAND  within five seconds tcectl refuses to move the PE and names who holds it, and the devices are as
# they were. One that waits for the holder cannot be killed, so it is left behind.
names_holder() {
	# shellcheck disable=SC2086 # words
	tcectl $1 "$NVME" >/tmp/answer 2>&1 &
	wait_for 5 ended $! || return 1
	cat /tmp/answer
	grep -q "$NVME: a program uses this PE: process [0-9]* (vfiotest); end it first" /tmp/answer
}

unbind_names_holder() {
	without_debugfs names_holder 'device unbind' && all_assigned &&
		[ "$(cat "/sys/bus/pci/devices/$NVME/driver_override")" = vfio-pci ]
}

# A removal waits for the user: a request tells him, and the removal goes on when he has ended
removal_waits() {
	echo 1 >"/sys/bus/pci/devices/$NVME/remove" &
	remover=$!
	sleep 2
	kill -0 "$remover" && looks && answers "device bind $NVME" "device unbind $NVME" &&
		without_debugfs names_holder 'device bind' && without_debugfs names_holder 'device unbind'
	status=$?
	let_go
	wait "$remover"
	echo 1 >/sys/bus/pci/rescan
	return "$status"
}

# A MAP waits for a hypervisor (H_LONG_BUSY, a second), ten times each: readers would wait for longer than the
# tool does, and the tool says so
hypervisor_is_busy() {
	plan=/sys/module/tce_inject/parameters/plan
	[ -n "${PERSONALITY:-}" ] || insmod /tce_inject.ko || return 1
	echo "write 1 1000000 9903" >"$plan" || return 1
	rm -f /tmp/answers
	looks && looks && grep 'the module is at work for a program' /tmp/answers
	status=$?
	cat /sys/module/tce_inject/parameters/hits
	echo off >"$plan"
	[ -n "${PERSONALITY:-}" ] || rmmod tce_inject
	return "$status"
}

# A device is removed and found again, also between two reads of its files by the same command
comes_and_goes() {
	while [ -e /tmp/looking ]; do
		echo 1 >"/sys/bus/pci/devices/$CARD/remove"
		echo 1 >/sys/bus/pci/rescan
		echo "come and gone" >>/tmp/come
	done
}

answers_meanwhile() {
	rm -f /tmp/come
	: >/tmp/looking
	comes_and_goes &
	visitor=$!
	looks && looks && answers 'pe list' 'pe list' "doctor $CARD" "pe show $CARD" "doctor $CARD" "pe show $CARD"
	status=$?
	rm /tmp/looking
	wait "$visitor"
	note "the card came and went $(grep -c . /tmp/come) times"
	return "$status"
}

# vfio-pci was told to take such disks, and was loaded before the host's driver
taken_by_its_id() {
	tcectl device bind "$NVME" && rmmod nvme && load nvme && echo 1b36 0010 >/sys/bus/pci/drivers/vfio-pci/new_id &&
		says "$NVME: vfio-pci took it again" tcectl device unbind "$NVME" &&
		echo 1b36 0010 >/sys/bus/pci/drivers/vfio-pci/remove_id
}

# What "doctor --pid" says of a process agrees with what the kernel does. The process writes down its
# number, waits, opens the group's file and writes down whether it could.
write_opener() {
	cat >/tmp/opener <<-'END'
	echo $$ >/tmp/agree/pid
	until [ -e /tmp/agree/go ]; do sleep 0.1; done
	if [ -e /dev/vfio/0 ] && (: 2>/dev/null <>/dev/vfio/0); then echo opened; else echo refused; fi >/tmp/agree/how
	END
	chmod 644 /tmp/opener
}

agrees() {
	wanted=$1
	shift
	rm -rf /tmp/agree
	mkdir -p /tmp/agree && chmod 777 /tmp/agree
	"$@" &
	subject=$!
	wait_for 20 test -s /tmp/agree/pid || return 1
	tcectl doctor --pid "$(cat /tmp/agree/pid)" --size 1M "$NVME" >/tmp/out
	: >/tmp/agree/go
	wait "$subject"
	cat /tmp/out /tmp/agree/how || return 1
	case $wanted in
	opened) grep -q '^ok  *\/dev\/vfio\/0: may be opened' /tmp/out ;;
	hidden) grep -q '^failure  \/dev\/vfio\/0: not in its mount namespace' /tmp/out && wanted=refused ;;
	*) grep -q '^failure  \/dev\/vfio\/0: may not be opened' /tmp/out ;;
	esac && [ "$(cat /tmp/agree/how)" = "$wanted" ]
}

nobody() {
	su nobody -s /bin/sh -c "$1"
}

other_files() {
	unshare -m sh -c 'mount -t tmpfs none /dev/vfio && sh /tmp/opener'
}

# Root has no limit; the user "nobody" has one
limit_is_seen() {
	mkdir -p /tmp/agree && chmod 777 /tmp/agree
	(ulimit -l 1024 && su nobody -s /bin/sh -c 'echo $$ >/tmp/agree/limited; sleep 60') &
	wait_for 20 test -s /tmp/agree/limited || return 1
	says 'up to 1M (/proc/.*/limits), and it takes' tcectl doctor --pid "$(cat /tmp/agree/limited)" --size 1M
	status=$?
	kill "$(cat /tmp/agree/limited)"
	return "$status"
}

try host-disk use_disk
try host-card load e1000
try load load_driver
try huge-pages huge_pages 4
try list shows "$CARD  e1000" tcectl pe list
try doctor-before says 'group 0 is not viable: 2 of its 2' tcectl doctor "$NVME"
try refused-mounted mounted_is_refused
try refused-card-up card_up_is_refused
try refused-unchanged still_the_hosts
try fails-half-way half_way
try fails-half-way-back still_the_hosts
try host-maps-pages host_maps_pages
try bind shows "$NVME  nvme -> vfio-pci" tcectl device bind "$NVME"
try bind-all all_assigned
ulimit -l unlimited
try doctor-after shows 'group 0 is viable' tcectl doctor "$NVME"
try opener write_opener
try agrees-root agrees opened sh /tmp/opener
try agrees-nobody agrees refused nobody 'sh /tmp/opener'
chgrp 65534 /dev/vfio/0 && chmod 660 /dev/vfio/0
try agrees-group agrees opened nobody 'sh /tmp/opener'
chgrp 0 /dev/vfio/0 && chmod 600 /dev/vfio/0
try agrees-namespace agrees refused nobody 'unshare -U -r sh /tmp/opener'
try agrees-own-namespace agrees opened unshare -U -r sh /tmp/opener
try agrees-other-files agrees hidden other_files
try limit-is-seen limit_is_seen
echo 1 >"$TRACING/events/vfio_pseries/enable"
try hold hold hold/windows
try owner shows '"owner":"user"' tcectl -j pe show "$NVME"
try held-by shows 'held by: process [0-9]* (vfiotest)' tcectl pe show "$NVME"
try health shows '"state":"ok","reasons":\[\],"owner":"user","holders":\[[0-9]' tcectl -j health
try responds shows '"driver":"vfio-pci","responds":true' tcectl -j health
try metrics shows '^vfio_pseries_window_mapped_tces{window=".*[1-9]$' tcectl stat --openmetrics
try host-has-no-table host_has_no_table
try stat shows 'H_PUT_TCE_INDIRECT *[1-9]' tcectl stat
try dump mapped 80000000
try dump-dynamic dump_has_all 80000001 1048576
try unbind-refused says 'a program uses this PE' tcectl device unbind "$NVME"
try root-alone refused su nobody -s /bin/sh -c 'cat /sys/kernel/debug/vfio_pseries/windows'
try unbind-names-holder unbind_names_holder
let_go
for event in pe_take window_create tce_map tce_unmap window_remove pe_release; do
	try "trace-$event" traced "$event"
done
echo 0 >"$TRACING/events/vfio_pseries/enable"
try no-window-left shows 'no user has a window' tcectl stat
try hold-device hold hold/device-alone
try owner-without-group shows '"owner":"user"' tcectl -j pe show "$NVME"
held_by_device
let_go
try read-under-work read_under_work
try hold-for-hypervisor hold hold/maps
try hypervisor-is-busy hypervisor_is_busy
let_go
try unbind shows "$NVME  vfio-pci -> nvme" tcectl device unbind "$NVME"
try unbind-all wait_for 20 still_the_hosts
try host-maps-pages-again wait_for 20 host_maps_pages
try taken-by-its-id taken_by_its_id
try unbind-again shows "$NVME  vfio-pci -> nvme" tcectl device unbind "$NVME"
try bind-for-removal tcectl device bind "$NVME"
try hold-for-removal hold hold/windows
try removal-waits removal_waits
try removed-unbind tcectl device unbind "$CARD"
try disk-works wait_for 20 has_disk "$NVME"
try disk-reads read_disk
try answers-meanwhile answers_meanwhile
[ "$OWNERSHIP" = none ] || try unload rmmod vfio_pseries
finish
