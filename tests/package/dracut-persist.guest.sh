# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /drivers.sh

# What systemd does in the system that follows the initramfs, whose files these are
load_listed() {
	mkdir -p /etc/modules-load.d && cp /modules-load.conf /etc/modules-load.d/vfio-pseries.conf &&
		systemctl restart systemd-modules-load.service
}

group_file_is_open_to_all() {
	udevadm settle
	ls -l /dev/vfio
	[ "$(stat -c %a "/dev/vfio/$(group_of "$NVME")")" = 666 ]
}

# kernels_limit UNIT  the soft limit of locked memory that its process really has
kernels_limit() {
	sed -n 's/^Max locked memory *\([0-9]*\) .*/\1/p' "/proc/$(systemctl show -p MainPID --value "$1")/limits"
}

# says_limit UNIT SIZE WORDS...  doctor tells of the unit that it can lock that much, or not, and says why
says_limit() {
	unit=$1
	size=$2
	shift 2
	tcectl doctor --unit "$unit" --size "$size" >/tmp/out 2>&1
	cat /tmp/out
	grep -qF -- "$*" /tmp/out
}

# Units of a user for whom limits count. 64 MiB are enough for 32 MiB and not for 128 MiB.
transient_unit() {
	echo nobody:x:65534:65534:nobody:/:/bin/sh >>/etc/passwd
	systemd-run --unit=cards -p User=nobody -p LimitMEMLOCK=64M sleep 1000 && [ "$(kernels_limit cards)" = 67108864 ] &&
		pid=$(systemctl show -p MainPID --value cards) &&
		says_limit cards 32M "ok       locked memory: up to 64M (/proc/$pid/limits), enough for 32M" &&
		says_limit cards 128M "failure  locked memory: up to 64M (/proc/$pid/limits), and it takes"
}

# Without a limit of its own, a unit has what systemd gives each
default_unit() {
	systemd-run --unit=plain -p User=nobody sleep 1000 && limit=$(kernels_limit plain) && echo "the kernel's: $limit" &&
		says_limit plain 1G "up to $((limit >> 20))M ("
}

# What doctor forecasts of a unit that has never run is what the kernel then says
unit_at_rest() {
	mkdir -p /run/systemd/system/rest.service.d
	printf '[Service]\nUser=nobody\nExecStart=/bin/sleep 1000\nLimitMEMLOCK=16M\n' >/run/systemd/system/rest.service
	printf '[Service]\nLimitMEMLOCK=48M:96M\n' >/run/systemd/system/rest.service.d/more.conf
	systemctl daemon-reload
	says_limit rest 32M 'ok       locked memory: up to 48M (/run/systemd/system/rest.service.d/more.conf), enough' &&
		systemctl start rest && [ "$(kernels_limit rest)" = $((48 << 20)) ]
}

try under-systemd [ "$(cat /proc/1/comm)" = systemd ]
try not-busybox [ "$(readlink -f "$(command -v modprobe)")" = /usr/bin/kmod ]
try record-asks-first [ "$(cat "/sys/bus/pci/devices/$NVME/driver_override")" = vfio-pci ]
try host-driver-leaves-it modprobe nvme
try host-has-it-not refused has_driver nvme
try modules-load load_listed
try ours ours_alone
try bound wait_for 20 has_driver vfio-pci
try group-file group_file_is_open_to_all
vfio_tests ioctl
try transient-unit transient_unit
try default-unit default_unit
try unit-at-rest unit_at_rest
finish
