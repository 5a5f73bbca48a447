# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh

CARD=0000:00:01.0
UNITS=/lib/systemd/system
OVERRIDES=/etc/driverctl.d

start_udev() {
	mkdir -p /run
	printf 'root:x:0:\nvfio:x:4242:\n' >/etc/group
	/lib/systemd/systemd-udevd --daemon
}

both_have() {
	echo "$NVME $(driver_of "$NVME"), $CARD $(driver_of "$CARD")"
	[ "$(driver_of "$NVME")" = "$1" ] && [ "$(driver_of "$CARD")" = "$2" ]
}

# The two files exist, and driverctl lists them as its own
overridden() {
	for function in "$NVME" "$CARD"; do
		[ "$(cat "$OVERRIDES/pci-$function")" = vfio-pci ] || return 1
	done
	driverctl list-overrides >/tmp/said
	cat /tmp/said
	said "^$NVME vfio-pci" && said "^$CARD vfio-pci"
}

# A user's program works with the disk
used() {
	tcectl test "$NVME" >/tmp/said
	cat /tmp/said
	said '^ok .*dma-identify'
}

# tcectl leaves the driver to driverctl, and the file's group to its own rule
rule_is_for_file_alone() {
	cat /etc/udev/rules.d/*vfio-pseries*
	! grep driver_override /etc/udev/rules.d/*vfio-pseries* && grep 'GROUP:="vfio"' /etc/udev/rules.d/*vfio-pseries*
}

nothing_left() {
	[ -z "$(find /etc -name '*vfio-pseries*' -o -path "$OVERRIDES/*")" ]
}

file_is_groups() {
	[ "$(stat -c '%g %a' "/dev/vfio/$(group_of "$NVME")")" = "4242 660" ]
}

watches() {
	grep -q 'UDEV - the event' /tmp/events
}

# The devices are found as in a boot, by the host's drivers. What udev's rules then say is only in that event: in udev's
# database the next event, which is about the driver, replaces it.
come_again() {
	udevadm monitor --udev --property >/tmp/events 2>&1 &
	monitor=$!
	wait_for 10 watches || return 1
	for function in "$NVME" "$CARD"; do
		echo 1 >"/sys/bus/pci/devices/$function/remove"
	done
	echo 1 >/sys/bus/pci/rescan
	wait_for 20 both_have nvme e1000
	came=$?
	udevadm settle
	sleep 1
	kill "$monitor"
	return "$came"
}

# The units that systemd would start
wanted() {
	sed -n 's/^SYSTEMD_WANTS=//p' /tmp/events | tr ' ' '\n' | sort -u | grep .
}

both_are_wanted() {
	wanted >/tmp/wanted
	cat /tmp/wanted
	printf 'driverctl@pci-%s.service\n' "$NVME" "$CARD" | diff - /tmp/wanted
}

# unit_runs NAME  runs the unit's command if its condition holds, with the instance unescaped, as systemd does it
unit_runs() {
	instance=${1#*@}
	instance=${instance%.service}
	unit=$UNITS/${1%%@*}@.service
	[ -e "$(sed -n 's/^ConditionPathExists=//p' "$unit" | sed "s,%i,$instance,")" ] &&
		sh -c "$(sed -n 's/^ExecStart=//p' "$unit" | sed "s,%I,$(echo "$instance" | tr - /),")"
}

units_run() {
	while read -r wanted_unit; do
		unit_runs "$wanted_unit" </dev/null || return 1
	done </tmp/wanted
}

try host-disk use_disk
try host-card load e1000
try load load_driver
try udev start_udev
pins_are_now

try set-disk driverctl set-override "$NVME" vfio-pci
try set-card driverctl set-override "$CARD" vfio-pci
try set-bound both_have vfio-pci vfio-pci
try set-overridden overridden
try set-used used
try unset-disk driverctl unset-override "$NVME"
try unset-card driverctl unset-override "$CARD"
try unset-host both_have nvme e1000
try unset-nothing-left nothing_left
in_order unset

try persist tcectl device bind --persist --group vfio "$NVME"
try persist-overridden overridden
try persist-rule rule_is_for_file_alone
try persist-come-again come_again
try persist-wanted both_are_wanted
try persist-units units_run
try persist-bound both_have vfio-pci vfio-pci
try persist-file wait_for 20 file_is_groups
try persist-used used
try forget tcectl device unbind --forget "$CARD"
try forget-host both_have nvme e1000
try forget-nothing-left nothing_left
try forget-come-again come_again
try forget-not-wanted refused wanted
in_order forget
finish
