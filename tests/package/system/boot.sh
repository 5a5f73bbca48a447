#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Runs in the machine the check that the kernel's command line names, and reports its verdict as the rig's own init
# does. File descriptor 9 keeps the verdict channel open, and with it its terminal settings.
export VERDICT=/dev/hvc1 DEBIAN_FRONTEND=noninteractive LC_ALL=C KERNEL=6.1
CHECK=$(sed 's/.*check=\([a-z]*\).*/\1/' /proc/cmdline)
export CHECK
mount -t debugfs debugfs /sys/kernel/debug
exec 9>"$VERDICT"
stty -F "$VERDICT" raw -echo
cd /run/check || exit 1
sh "/run/check/$CHECK.guest.sh" </dev/null
status=$?
echo "check ended with status $status"
if [ "$status" -eq 0 ]; then
	echo "verdict: pass" >&9
else
	echo "verdict: fail" >&9
fi
exec 9>&-
cd /
mount -o remount,ro /
sync
/run/check/busybox poweroff -f
