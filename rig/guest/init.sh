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

# Objects without a reference that the kernel has found in two scans, when they were more than five seconds old. The
# kernel's own leaks are not ours to report: what the functions in FORGIVE_LEAKS have allocated is left out.
look_for_leaks() {
	leaks=/sys/kernel/debug/kmemleak
	sleep 6
	echo scan >$leaks && echo scan >$leaks && cat $leaks >/tmp/leaks || return 1
	cat /tmp/leaks
	awk -v forgive="${FORGIVE_LEAKS:-^$}" '
	/^unreferenced object/ { n += object && !forgiven; object = 1; forgiven = 0 }
	$0 ~ forgive { forgiven = 1 }
	END { exit n + (object && !forgiven) > 0 }' /tmp/leaks
}

# How often each line of the driver has run, for the host (tests/debug/coverage)
tell_coverage() {
	mkdir -p /tmp/gcov
	find /sys/kernel/debug/gcov -name '*.gcda' | grep '/module/' | while read -r counts; do
		mkdir -p "/tmp/gcov/$(dirname "${counts#*/module/}")"
		cat "$counts" >"/tmp/gcov/${counts#*/module/}"
	done
	tar -C /tmp/gcov -cz . | base64 | sed 's/^/# gcov /' >&9
}

# shellcheck source=/dev/null
. /environment
# Another hypervisor than QEMU's must be loaded before any driver of a device is
if [ -n "${PERSONALITY:-}" ]; then
	# shellcheck disable=SC2086 # module parameters
	insmod /tce_inject.ko $INJECT && echo "# hypervisor: $INJECT" >&9
fi
sh /guest.sh </dev/null
status=$?
if [ -n "${PERSONALITY:-}" ]; then
	answers=/sys/module/tce_inject/parameters
	echo "# busy answers, by kind of call: $(tr '\n' ',' <$answers/busy_answers)" \
		"refused calls: $(cat $answers/refused)" >&9
	[ "$(cat $answers/touched)" = 0 ] ||
		echo "not ok $PERSONALITY-undefined - a device wrote where nobody had mapped anything" >&9
	[ "$(cat $answers/silent)" = 0 ] ||
		echo "not ok $PERSONALITY-busy - a kind of call never found the hypervisor busy" >&9
fi
if [ -e /sys/kernel/debug/kmemleak ]; then
	look_for_leaks || echo "not ok kmemleak - memory that nobody refers to any more" >&9
fi
[ ! -e /sys/kernel/debug/gcov ] || tell_coverage
echo "guest script ended with status $status" >/dev/kmsg
if [ "$status" -eq 0 ]; then
	echo "verdict: pass" >&9
else
	echo "verdict: fail" >&9
fi
exec 9>&-
sync
poweroff -f
