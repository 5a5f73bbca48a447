# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /cards.sh

# The tensors of each card's program: 16,384 in all. Each program locks TENSORS_SIZE KiB. Its limit has room for that,
# for the module's memory (16 bytes a page at most) and for 1 MiB more.
TENSORS=4096
TENSORS_SIZE=4754944
LIMIT=$((TENSORS_SIZE + TENSORS_SIZE * 16 / $(page_size) + 1024))
# Each program ends by itself after so many maps, but not while the file GO_ON exists.
MAPS=5120
GO_ON=/tmp/go-on
STOPPED=3
CGROUPS=/sys/fs/cgroup
export TCECTL_PCI_IDS=/pci.ids

cgroup() {
	echo "$CGROUPS/card$1"
}

host_has() {
	wait_for 20 has_disk "$(card "$1")"
}

host_has_again() {
	give_back "$(card "$1")" && host_has "$1"
}

bind_to_user() {
	bind "$(card "$1")" vfio-pci && chown 65534 "/dev/vfio/$(group_of "$(card "$1")")"
}

mount_cgroups() {
	mount -t cgroup2 cgroup2 "$CGROUPS" && echo +memory >"$CGROUPS/cgroup.subtree_control"
}

make_cgroup() {
	mkdir "$(cgroup "$1")" && [ -e "$(cgroup "$1")/memory.max" ]
}

# box GROUP COMMAND...  runs the command with a container's /dev: VFIO's file and the group's file
write_box() {
	cat >/tmp/box <<-'END'
	mount -t tmpfs none /mnt && mkdir /mnt/vfio || exit 1
	for file in vfio "$1"; do
		: >"/mnt/vfio/$file"
		mount -o bind "/dev/vfio/$file" "/mnt/vfio/$file" || exit 1
	done
	mount -o rbind /mnt /dev || exit 1
	shift
	exec "$@"
	END
	mkdir -p /mnt && chmod 644 /tmp/box
}

# start NUMBER  starts a program without any privilege; the process that this shell starts becomes the program
start() {
	device=$(card "$1")
	(
		echo 0 >"$(cgroup "$1")/cgroup.procs"
		ulimit -l "$LIMIT"
		exec su nobody -s /bin/sh -c "exec unshare -U -r -m sh /tmp/box $(group_of "$device") \
			workload $device $TENSORS $MAPS $GO_ON"
	) >"/tmp/said.$1" 2>&1 </dev/null &
	echo "$!" >"/tmp/pid.$1"
}

is_ready_or_gone() {
	card_is_ready "$1" || ! kill -0 "$(cat "/tmp/pid.$1")"
}

# ready each_card | ready one NUMBER  waits until they are ready, but not for programs that have ended
ready() {
	wait_for 300 "$@" is_ready_or_gone && "$@" card_is_ready
}

one() {
	"$2" "$1"
}

fails() {
	refused card_ends "$1"
}

# told NUMBER  how many lines its program has printed: one for every 1,024 maps
told() {
	grep -c . "/tmp/said.$1"
}

note_told() {
	told "$1" >"/tmp/told.$1"
}

goes_on() {
	kill -0 "$(cat "/tmp/pid.$1")" && [ "$(told "$1")" -gt "$(cat "/tmp/told.$1")" ]
}

# Each program makes progress after this call
all_go_on() {
	"$1" note_told && wait_for 120 "$1" goes_on
}

# Four windows have all tensors mapped, and no hypercall of the module has failed
at_work() {
	cat /sys/kernel/debug/vfio_pseries/windows >/tmp/windows
	cat /tmp/windows
	[ "$(grep -c ' mapped=[1-9]' /tmp/windows)" -eq 4 ] && none_failed
}

none_failed() {
	[ "$(grep -c '^window ' /tmp/windows)" -eq "$(grep -c ' failed=0$' /tmp/windows)" ]
}

# As many pages are pinned as the tensors have, except a few that are just being registered again
pins_of_tensors() {
	mib=$((($(pins) - ${pins_before:?}) * ($(page_size) / 1024) / 1024))
	note "$mib MiB are pinned"
	[ "$mib" -ge $((TENSORS_SIZE * 4 * 99 / 102400)) ]
}

# Sets the limit to a quarter and 8 MiB above the cgroup's peak: each processor keeps up to 4 MiB in stock
almost_full() {
	has=$(cat "$(cgroup "$1")/memory.peak")
	echo $((has + has / 4 + 8388608)) >"$(cgroup "$1")/memory.max"
	echo "card $1: $has of $(cat "$(cgroup "$1")/memory.max")"
}

too_small() {
	cp "$(cgroup "$1")/memory.max" "/tmp/max.$1"
	echo $(($(cat "/tmp/max.$1") / 2)) >"$(cgroup "$1")/memory.max"
}

large_enough() {
	cat "/tmp/max.$1" >"$(cgroup "$1")/memory.max"
}

# Data read from a disk fills the rest of the cgroup: an allocation then has to wait until memory is reclaimed
fill() {
	(
		echo 0 >"$(cgroup "$1")/cgroup.procs"
		exec dd if="/dev/ram$1" of=/dev/null bs=64k 2>/dev/null
	)
}

ram_disks() {
	modprobe brd rd_nr=4 rd_size=65536
}

pressed() {
	cat "$(cgroup "$1")/memory.events"
	grep -q '^max [1-9]' "$(cgroup "$1")/memory.events"
}

# Kills everything in the cgroup, as a container runtime does
kill_it() {
	echo 1 >"$(cgroup "$1")/cgroup.kill" && card_ends "$1" 137
}

# killed_at_work NUMBER  kills the program at a random moment
killed_at_work() {
	sleep "0.$(($(head -c 1 /dev/urandom | hexdump -e '1/1 "%u"') % 10))"
	kill_it "$1"
}

# The programs are killed while they register and map
killed_at_start() {
	each_card start && sleep 1 && each_card kill_it
}

# A cgroup without processes still has what processors keep in stock, 4 MiB each at most, and pages of files
nothing_charged() {
	echo 1 >/proc/sys/vm/drop_caches
	echo "card $1: $(cat "$(cgroup "$1")/memory.current") bytes are charged"
	[ "$(cat "$(cgroup "$1")/memory.current")" -le 8388608 ]
}

# in_order PREFIX  nobody has a window or memory
in_order() {
	try "$1-nobody-has-a-window" wait_for 10 no_windows
	try "$1-nothing-pinned" wait_for 10 pins_are_back
	try "$1-nothing-charged" wait_for 10 each_card nothing_charged
	try "$1-healthy" tcectl health
	nothing_left "$1"
}

# resets_of NUMBER  how often its PE was reset until now
resets_of() {
	cut -d , -f "$(($1 + 1))" /sys/module/tce_inject/parameters/resets
}

not_reset() {
	[ "$(resets_of "$1")" = 0 ]
}

stop_third() {
	echo 2 >/sys/module/tce_inject/parameters/freeze && card_ends 2 "$STOPPED"
}

third_again() {
	start 2 && ready one 2 && note_told 2 && wait_for 120 goes_on 2
}

# kill_at_work PREFIX
kill_at_work() {
	: >"$GO_ON"
	try "$1-start" each_card start
	try "$1-ready" ready each_card
	try "$1-full" each_card fill
	try "$1" each_card killed_at_work
	in_order "$1"
}

# eeh_test  the platform stops one of four cards: its program ends, the others go on, and its program is started again
eeh_test() {
	: >"$GO_ON"
	try eeh-start each_card start
	try eeh-ready ready each_card
	try eeh-third-stopped stop_third
	try eeh-others-go-on all_go_on other_cards
	try eeh-third-again third_again
	try eeh-others-still-go-on all_go_on other_cards
	try eeh-others-not-reset other_cards not_reset
	rm "$GO_ON"
	try eeh-all-end each_card card_ends
	in_order eeh
}

# shellcheck disable=SC2046 # a list
try eeh-platform eeh_platform $(each_card card)
try host-disk use_disk
try host-disks each_card host_has
try load-driver load_driver
try bind-vfio-pci each_card bind_to_user
try cgroups mount_cgroups
try cgroup each_card make_cgroup
try ram-disks ram_disks
try box write_box
pins_are_now

: >"$GO_ON"
try start each_card start
must ready ready each_card
try at-work at_work
try pins-of-tensors pins_of_tensors
try almost-full each_card almost_full
try full each_card fill
rm "$GO_ON"
try end each_card card_ends
try pressed each_card pressed
in_order end

try killed-at-start killed_at_start
in_order killed-at-start
kill_at_work killed-once
kill_at_work killed-again

try too-small each_card too_small
try too-small-start each_card start
try too-small-fails each_card fails
in_order too-small
try large-enough each_card large_enough

eeh_test
try host-has-again each_card host_has_again
host_again released
finish
