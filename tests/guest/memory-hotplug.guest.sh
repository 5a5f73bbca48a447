# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# The kernel has logged why, and has no more memory than before
memory_refused() {
	wait_for 30 logged "pseries-hotplug-mem: .*[Ff]ailed" && ! grown
}

add_and_see() {
	total=$(memory_total)
	mark "$2"
	add_memory "$1" && "$3"
	see_status=$?
	mark "$4"
	return "$see_status"
}

once_and_load_again() {
	bind "$NVME" vfio-pci && vfiotest "$NVME" own/works && disk_is_back && rmmod vfio_pseries && load_driver
}

# set_block STATE  sets the state of the highest block. "online" alone may put it among the kernel's own memory,
# where a user's pages stay while a device has them: then the block could not go offline again.
set_block() {
	block=$(printf "%s\n" /sys/devices/system/memory/memory[0-9]* | sort -V | tail -n 1)
	echo "$1" >"$block/state" && [ "$(cat "$block/state")" = "${1%_movable}" ] || return
	[ "$1" = offline ] || [ "$(cat "$block/valid_zones")" = Movable ]
}

block_refused() {
	! echo online_movable >"$block/state" && [ "$(cat "$block/state")" = offline ]
}

# A kernel that refuses new memory while a user has the PE also refuses the block that it had before
block_comes_and_goes() {
	mark 5
	set_block offline && if [ "$OWNERSHIP" = device ]; then set_block online_movable; else block_refused; fi
	block_status=$?
	mark 6
	return "$block_status"
}

block_is_online() {
	[ "$(cat "$block/state")" = online ] || set_block online_movable
}

shrunk() {
	[ "$(memory_total)" -le "$((total - 200000))" ]
}

# remove_memory ID FROM TO  between the marks FROM and TO
remove_memory() {
	total=$(memory_total)
	mark "$2"
	monitor "device_del dimm$1"
	wait_for 60 shrunk
	remove_status=$?
	mark "$3"
	return "$remove_status"
}

# The host's window maps each block that is online at the block's own address. The kernel found all other valid
# TCEs in the window when it made it, and left them.
window_is_ram() {
	blocks=$(cat /sys/devices/system/memory/memory*/state | grep -c '^online')
	pages=$((blocks * 0x$(cat /sys/devices/system/memory/block_size_bytes) / 0x200000))
	seen=$(hypervisor valid | grep '^0 .* at 0x800000000000000: valid [1-9]')
	echo "$blocks blocks; TCEs of the host bridge: $seen"
	# shellcheck disable=SC2086 # a list of words and numbers
	set -- $seen
	[ "$8" -eq "$pages" ] && [ "${12}" -eq 0 ]
}

# window NAME  only the hypervisor with PowerVM's ways can show what is in the window
window() {
	[ -z "${PERSONALITY:-}" ] || try "$1" window_is_ram
}

user_again() {
	try "$1-bind" bind "$NVME" vfio-pci
	try "$1-user-has-windows" hold hold/windows
}

host_has_it_again() {
	let_go || failed
	host_again "$1"
}

block_tests() {
	try block-offline set_block offline
	window block-offline-windows-end
	try block-online set_block online_movable
	window block-online-in-the-window
	user_again block-while-owned
	try block-while-owned block_comes_and_goes
	host_has_it_again block-while-owned
	try block-is-online block_is_online
	window block-while-owned-window
}

removal_tests() {
	user_again memory-removed-while-owned
	try memory-removed-while-owned remove_memory 2 7 8
	host_has_it_again memory-removed-while-owned
	window memory-removed-while-owned-window
}

host_removal_tests() {
	try memory-to-be-removed add_and_see 3 9 memory_grows 10
	window memory-to-be-removed-window
	try memory-removed-from-the-host remove_memory 3 11 12
	window memory-removed-from-the-host-window
	try disk-after-less-memory read_disk
}

try host-disk use_disk
try host-direct-window has_direct_window
try load-driver load_driver
# The kernel's list of windows points at a window that a user had once before, with a module that is unloaded
[ "$OWNERSHIP" = none ] || try loaded-again once_and_load_again
try bind-vfio-pci bind "$NVME" vfio-pci
try user-has-windows hold hold/windows
case $OWNERSHIP in
device) try memory-added-while-owned add_and_see 1 1 memory_grows 2 ;;
*) try memory-added-while-owned-refused add_and_see 1 1 memory_refused 2 ;;
esac
let_go || failed
host_again released
try memory-added-to-the-host add_and_see 2 3 memory_grows 4
try disk-after-more-memory read_disk
try bind-again bind "$NVME" vfio-pci
vfio_tests dma/default-window movable/moved-first
host_again released-again
window window-after-more-memory
block_tests
removal_tests
host_removal_tests
finish
