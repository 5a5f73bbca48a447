#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dracut's hook after udev has settled: runs the guest script and reports its verdict as the rig's own init does. File
# descriptor 9 keeps the verdict channel open, and with it its terminal settings. What the script prints is for the
# console: the journal ends with the machine. BusyBox adds the programs that
# dracut's initramfs lacks; if both have a program, dracut's is used.
(
	export VERDICT=/dev/hvc1
	mkdir -p /check/bin
	/check/busybox --install -s /check/bin
	PATH=$PATH:/check/bin
	exec 9>"$VERDICT"
	stty -F "$VERDICT" raw -echo
	[ -d /sys/kernel/debug/kprobes ] || mount -t debugfs debugfs /sys/kernel/debug
	# shellcheck source=/dev/null
	. /check/environment
	if sh /guest.sh </dev/null >/dev/console 2>&1; then
		echo "verdict: pass" >&9
	else
		echo "verdict: fail" >&9
	fi
	exec 9>&-
	/check/busybox poweroff -f
)
