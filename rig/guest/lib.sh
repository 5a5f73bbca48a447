# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Functions for guest scripts, which begin with ". /lib.sh". A PCI function is named as in sysfs:
# 0000:00:01.0.

# Results, in the format of the rig. A script in which a test failed must not end with status 0.
ok() {
	echo "ok $1" >"$VERDICT"
}

not_ok() {
	echo "not ok $1 - $2" >"$VERDICT"
	FAILED=1
}

skip() {
	echo "skip $1 - $2" >"$VERDICT"
}

note() {
	echo "# $*" >"$VERDICT"
}

# try NAME COMMAND...  one test: the command's status decides; the command's output is in the console log
try() {
	try_name=$1
	shift
	echo "--- $try_name"
	if "$@"; then
		ok "$try_name"
	else
		not_ok "$try_name" "'$*' ended with status $?"
	fi
}

# must NAME COMMAND...  as try, but a failure ends the script
must() {
	try "$@"
	[ -z "${FAILED:-}" ] || finish
}

# refused COMMAND...  for try: the command must fail
refused() {
	! "$@"
}

# finish  the script's last line
finish() {
	[ -z "${FAILED:-}" ]
	exit
}

# load MODULE...  by name; a module that is built into the kernel is there already
load() {
	for module in "$@"; do
		grep -q "/$(echo "$module" | tr _ - | sed 's/-/[-_]/g')\.ko" \
			"/lib/modules/$(uname -r)/modules.builtin" && continue
		modprobe "$module" || return 1
	done
}

# load_driver [in-tree]  loads the driver under test (DRIVER may name it, too), in an order in which the other one
# cannot come in
load_driver() {
	load vfio || return 1
	case ${1:-${DRIVER:-}} in
	in-tree) load vfio_iommu_spapr_tce || return 1 ;;
	*) insmod /vfio_pseries.ko || return 1 ;;
	esac
	load vfio-pci
}

# page_size  of the kernel, in bytes
page_size() {
	awk '/^KernelPageSize:/ { print $2 * 1024; exit }' /proc/self/smaps
}

# uptime_now  whole seconds since the machine was started
uptime_now() {
	sed 's/[. ].*//' /proc/uptime
}

# wait_for SECONDS COMMAND...  repeats the command until it succeeds or the time is over, by the clock and not by the
# number of tries. The command is tried once more after each pause, however late the machine returns from the pause.
wait_for() {
	wait_end=$(($(uptime_now) + $1 * ${SLOWNESS:-1}))
	shift
	until "$@"; do
		[ "$(uptime_now)" -lt "$wait_end" ] || return 1
		sleep 0.1
	done
}

# unbind BDF  takes it from the driver that has it
unbind() {
	[ ! -e "/sys/bus/pci/devices/$1/driver" ] ||
		echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"
}

# kept COMMAND...  runs it, shows what it prints, and keeps that in /tmp/said
kept() {
	kept_status=0
	"$@" >/tmp/said 2>&1 </dev/null || kept_status=$?
	cat /tmp/said
	return "$kept_status"
}

# said WORDS...  what is kept in /tmp/said has these words
said() {
	grep -q -- "$*" /tmp/said
}

# bind BDF DRIVER  binds it to that driver and no other, and checks that the driver has it
bind() {
	unbind "$1" || return 1
	echo "$2" >"/sys/bus/pci/devices/$1/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = "$2" ]
}

# give_back BDF  gives it to the host driver that matches it
give_back() {
	unbind "$1" || return 1
	echo >"/sys/bus/pci/devices/$1/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ -e "/sys/bus/pci/devices/$1/driver" ]
}

driver_of() {
	link=$(readlink "/sys/bus/pci/devices/$1/driver") && echo "${link##*/}"
}

# has_driver DRIVER  the disk has this driver
has_driver() {
	[ "$(driver_of "${NVME:?}")" = "$1" ]
}

# group_of BDF  the number of its IOMMU group
group_of() {
	link=$(readlink "/sys/bus/pci/devices/$1/iommu_group") && echo "${link##*/}"
}

# find_pci VENDOR:DEVICE  the first such function, e.g. 8086:100e
find_pci() {
	for dir in /sys/bus/pci/devices/*; do
		[ "$(cat "$dir/vendor"):$(cat "$dir/device")" = "0x${1%:*}:0x${1#*:}" ] || continue
		echo "${dir##*/}"
		return 0
	done
	return 1
}

# disk_of BDF  the block device behind it, e.g. nvme0n1
disk_of() {
	for dir in /sys/block/*; do
		case $(readlink -f "$dir") in
		*/"$1"/*) echo "${dir##*/}"; return 0 ;;
		esac
	done
	return 1
}

# has_disk BDF
has_disk() {
	disk_of "$1" >/dev/null
}

# monitor COMMAND...  sends the command to QEMU's monitor, e.g. monitor device_add e1000,id=card (the scenario has
# MONITOR=1). The guest gets no answer; the answer is in the run's monitor.out.
monitor() {
	echo "$*" >/dev/hvc2
}
