# SPDX-License-Identifier: GPL-2.0-only
#
# What the guest scripts here share, after ". /lib.sh".

NVME=$(find_pci 1b36:0010)
export NVME
NODE=/sys/bus/pci/devices/$NVME/of_node/..
DIRECT_WINDOW=linux,direct64-ddr-window-info

# The host uses its disk first, so that it has made its own window onto all of memory
use_disk() {
	load nvme && wait_for 20 has_disk "$NVME" && read_disk
}

# 16 MiB of the disk, past the page cache
read_disk() {
	dd if="/dev/$(disk_of "$NVME")" of=/dev/null bs=64k count=256 iflag=direct 2>/dev/null
}

# give_disk_back BDF  gives the disk to the host's driver, and waits until the driver has found it
give_disk_back() {
	give_back "$1" && wait_for 30 has_disk "$1"
}

# The host's driver has the disk again, and reads it; a block that no test writes to has its content
disk_is_back() {
	give_disk_back "$NVME" && read_disk || return 1
	[ "$(dd if="/dev/$(disk_of "$NVME")" bs=512 skip=100000 count=1 2>/dev/null | head -n 1)" = "block 000100000" ]
}

# The host's 64-bit window onto all of memory, as the kernel describes it: LIOBN 0xffffffff is none
has_direct_window() {
	[ -e "$NODE/$DIRECT_WINDOW" ] &&
		[ "$(head -c 4 "$NODE/$DIRECT_WINDOW" | hexdump -e '4/1 "%02x"')" != ffffffff ]
}

# The bus address of the host's window onto all of memory, as the kernel describes it
host_window() {
	hexdump -v -s 8 -n 8 -e '1/1 "%02x"' "$NODE/$DIRECT_WINDOW"
}

# only_window BDF  the host has a window onto all of memory and no other window
only_window() {
	windows_of "$1" >/tmp/now && grep -q "^$DIRECT_WINDOW " /tmp/now &&
		! grep -q '^ibm,dma-window ' /tmp/now
}

has_default_window() {
	[ -e "$NODE/ibm,dma-window" ]
}

# windows_of BDF  all that the device tree says of the windows of its PE
windows_of() {
	pe_node=$(readlink -f "/sys/bus/pci/devices/$1/of_node")
	until [ -e "$pe_node/ibm,dma-window" ] || [ -e "$pe_node/$DIRECT_WINDOW" ]; do
		pe_node=${pe_node%/*}
		[ -n "$pe_node" ] || return 1
	done
	for property in "$pe_node"/*; do
		case ${property##*/} in
		*dma-window* | *ddr-window* | *ddw*)
			echo "${property##*/} $(hexdump -v -e '1/1 "%02x"' "$property")" ;;
		esac
	done
}

# masks_of BDF...  the DMA masks of these functions, their limits, and where their DMA goes
masks_of() {
	for function in "$@"; do
		grep "^$function " /sys/module/tce_inject/parameters/masks || return 1
	done
}

# same_masks BDF...  the functions have the same masks as in /tmp/masks, which masks_of wrote
same_masks() {
	masks_of "$@" >/tmp/masks-now && diff /tmp/masks /tmp/masks-now
}

# as_before  the disk's PE has the same windows as in /tmp/before, which windows_of wrote
as_before() {
	windows_of "$NVME" >/tmp/now && diff /tmp/before /tmp/now
}

# No window that any PE has or ever had contains a TCE of a user's. A TCE counts as a user's if it is neither the
# host's nor as it was when the window was made. While users have their PEs, their TCEs are found.
no_tce_left() {
	hypervisor valid >/tmp/valid && [ -s /tmp/valid ] && ! grep -v ' strange 0$' /tmp/valid
}

# bridge_empty NUMBER  no window that this host bridge has or ever had contains a valid TCE, the host's or a user's
bridge_empty() {
	hypervisor valid >/tmp/valid && grep -q "^$1 " /tmp/valid && ! grep "^$1 " /tmp/valid | grep -v ': valid 0 '
}

# bridge_not_empty NUMBER  bridge_empty does find TCEs while they exist
bridge_not_empty() {
	! bridge_empty "$1" && grep -q "^$1 " /tmp/valid
}

# nothing_left PREFIX  only the hypervisor with PowerVM's ways can show what is in windows
nothing_left() {
	[ -z "${PERSONALITY:-}" ] || try "$1-no-tce-left" no_tce_left
}

# host_again PREFIX  the host has all that it had before its disk was handed over
host_again() {
	nothing_left "$1"
	try "$1-disk-is-back" disk_is_back
	try "$1-default-window" has_default_window
	try "$1-direct-window" has_direct_window
}

# disk_by_serial SERIAL  the NVMe controller with this serial number, while the host has it
disk_by_serial() {
	for controller in /sys/class/nvme/*; do
		[ "$(tr -d ' ' <"$controller/serial")" = "$1" ] || continue
		controller=$(readlink -f "$controller/device")
		echo "${controller##*/}"
		return 0
	done
	return 1
}

# eeh_platform DEVICE...  tests/inject answers for EEH. The kernel asks only when it finds a device, so these devices
# are removed and found again. With PowerVM's ways that module is already loaded, and the scenario has INJECT=eeh=1.
eeh_platform() {
	[ -n "${PERSONALITY:-}" ] || insmod /tce_inject.ko eeh=1 || return 1
	for device in "$@"; do
		echo 1 >"/sys/bus/pci/devices/$device/remove"
	done
	echo 1 >/sys/bus/pci/rescan
	for device in "$@"; do
		wait_for 10 test -e "/sys/bus/pci/devices/$device/eeh_pe_config_addr" || return 1
	done
}

# The disk that a scenario's with_second_disk adds
find_second() {
	SECOND=$(disk_by_serial second)
}

# card_answers BDF NETWORK [SECONDS]  the host's network card works: QEMU answers as NETWORK.2
card_answers() {
	interface=$(ls "/sys/bus/pci/devices/$1/net") || return 1
	ip link set "$interface" up || return 1
	ip addr show dev "$interface" | grep -q "$2.15/" ||
		ip addr add "$2.15/24" dev "$interface" || return 1
	wait_for "${3:-60}" ping -c 1 -W 1 -q "$2.2"
}

# hypervisor PARAMETER  what the hypervisor with PowerVM's ways reports
hypervisor() {
	cat "/sys/module/tce_inject/parameters/$1"
}

# shows WORDS COMMAND...  the command succeeds and its output has the words
shows() {
	words=$1
	shift
	"$@" >/tmp/out || return 1
	cat /tmp/out
	grep -q -- "$words" /tmp/out
}

# Pages that are pinned in the system
pins() {
	cat /proc/sys/vm/stat_refresh
	awk '/^nr_foll_pin_acquired/ { n += $2 } /^nr_foll_pin_released/ { n -= $2 } END { print n }' /proc/vmstat
}

pins_are() {
	[ "$(pins)" -eq "$1" ]
}

# pins_are_now  notes how many pages are pinned before a program starts
pins_are_now() {
	pins_before=$(pins)
}

pins_are_back() {
	pins_are "$pins_before"
}

# As tcectl tells
no_windows() {
	tcectl stat | grep 'no user has a window'
}

# logged WORDS  the kernel's log has them
logged() {
	dmesg | grep -q "$1"
}

huge_pages() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" -eq "$1" ]
}

# add_memory ID  256 MiB, one block; the scenario has MONITOR=1
add_memory() {
	monitor "object_add memory-backend-ram,id=ram$1,size=256M" &&
		monitor "device_add pc-dimm,id=dimm$1,memdev=ram$1"
}

memory_total() {
	sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo
}

# grown  memory has grown since total was set to memory_total
grown() {
	[ "$(memory_total)" -ge "$((${total:?} + 200000))" ]
}

memory_grows() {
	wait_for 30 grown
}

# A program has already printed what is wrong: the script must end as failed
failed() {
	export FAILED=1
}

# hold TEST...  starts a test of test_hold.c in the background, on the device HELD or the usual one,
# and waits until the test has its windows
hold() {
	rm -f /tmp/held
	vfiotest -v "$VERDICT" "${HELD:-$NVME}" "$@" &
	holder=$!
	wait_for 60 test -e /tmp/held
}

# let_go  lets that test go on, and waits for its end
let_go() {
	rm -f /tmp/held
	wait "$holder"
}

# vfio_tests TOPIC...  vfiotest itself prints a line for each test. TESTS=NAME,NAME... runs other tests instead.
# SECOND, if it is set, is the other device for tests that need two.
vfio_tests() {
	# shellcheck disable=SC2046 # a list of names
	[ -z "$TESTS" ] || set -- $(echo "$TESTS" | tr , ' ')
	vfiotest -v "$VERDICT" ${SECOND:+-o "$SECOND"} "$NVME" "$@" || failed
}
