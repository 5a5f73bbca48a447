#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The guest's first process: mounts, runs /guest.sh, writes the closing verdict, powers off.
# File descriptor 9 keeps the verdict channel open, and with it its terminal settings.

/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
ulimit -c 0

export VERDICT=/dev/hvc1
# A machine without a hypervisor has no second console
grep -q '^platform.*pSeries' /proc/cpuinfo || VERDICT=/dev/hvc0
chmod 666 "$VERDICT"
exec 9>"$VERDICT"
stty -F "$VERDICT" raw -echo

# shellcheck source=/dev/null
. /environment
# Another hypervisor than QEMU's has to be there before any driver of a device is
if [ -n "${PERSONALITY:-}" ]; then
	# shellcheck disable=SC2086 # module parameters
	insmod /tce_inject.ko $INJECT && echo "# hypervisor: $INJECT" >&9
fi
sh /guest.sh </dev/null
status=$?
if [ -n "${PERSONALITY:-}" ]; then
	answers=/sys/module/tce_inject/parameters
	echo "# busy answers: $(cat $answers/busy_answers) of $(cat $answers/asked)," \
		"refused calls: $(cat $answers/refused)" >&9
	[ "$(cat $answers/touched)" = 0 ] ||
		echo "not ok $PERSONALITY-undefined - a device wrote where nobody had mapped anything" >&9
	[ "$(cat $answers/asked)" -lt 1000 ] || [ "$(cat $answers/busy_answers)" -gt 0 ] ||
		echo "not ok $PERSONALITY-busy - no call found the hypervisor busy" >&9
fi
echo "guest script ended with status $status"
if [ "$status" -eq 0 ]; then
	echo "verdict: pass" >&9
else
	echo "verdict: fail" >&9
fi
exec 9>&-
sync
poweroff -f
