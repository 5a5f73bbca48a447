# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

EEH=/sys/kernel/debug/powerpc

kernel_has_eeh() {
	[ "$(cat "$EEH/eeh_enable")" != 0x0 ]
}

card_works() {
	card_answers "$CARD" 10.0.2
}

card_is_back() {
	give_back "$CARD" && card_works
}

# resets_of BRIDGE  how often its PE was reset until now
resets_of() {
	cut -d , -f "$(($1 + 1))" /sys/module/tce_inject/parameters/resets
}

# health_of BDF  what "tcectl -j health" says of its PE, as a line
health_of() {
	tcectl -j health | sed 's/{"node"/\n&/g' | grep "\"bdf\":\"$1\""
}

# The first PE is stopped, and nobody has noticed: the partition's health is bad, and the other PE's is good
tool_sees_stopped() {
	echo 0 >/sys/module/tce_inject/parameters/freeze || return 1
	shows '^  EEH: stopped' tcectl pe show "$NVME" || return 1
	status=0
	tcectl health >/tmp/health || status=$?
	cat /tmp/health
	[ "$status" -eq 1 ] && health_of "$NVME" | grep '"state":"failed","reasons":\["EEH: stopped"\].*"eeh":"stopped"' &&
		health_of "$SECOND" | grep '"state":"ok".*"owner":"user".*"eeh":"working"'
}

# The kernel's recovery is in its log, the other PE has had none
tool_sees_recovery() {
	shows '^  EEH: working; recovered by the kernel [1-9][0-9]* times' tcectl pe show "$NVME" &&
		shows '^  EEH: working; recovered by the kernel 0 times' tcectl pe show "$SECOND" &&
		tcectl health && health_of "$NVME" | grep '"state":"ok".*"eeh":"working"'
}

# The host's PE is stopped. On a real machine a driver notices this when it reads its registers. That is not
# emulated, so the kernel is told to look.
stop_host() {
	echo 0 >/sys/module/tce_inject/parameters/freeze && echo "$NVME" >"$EEH/eeh_dev_check"
}

# 6.12's NVMe driver freezes queues in EEH's thread and thaws them in another one, so that lockdep takes EEH's thread to
# hold their locks for good. Once the queues are gone, it may follow a pointer to them that is NULL.
lockdep_ends() {
	[ ! -e /sys/module/tce_inject/parameters/lockdep ] || echo 0 >/sys/module/tce_inject/parameters/lockdep
}

# All drivers of the PE's functions go through the recovery; the other PE's user notices nothing
host_recovers() {
	stop_host && wait_for 60 logged 'EEH: Recovery successful' && as_before && wait_for 30 read_disk &&
		card_works && [ "$(resets_of 0)" -gt 0 ] && [ "$(resets_of 1)" = 0 ]
}

host_tests() {
	windows_of "$NVME" >/tmp/before
	export HELD="$SECOND"
	try eeh-user-of-the-other-pe hold hold/windows
	try eeh-tool-sees-stopped tool_sees_stopped
	must eeh-lockdep-ends lockdep_ends
	try eeh-host-recovers host_recovers
	try eeh-tool-sees-recovery tool_sees_recovery
	try eeh-user-of-the-other-pe-goes-on let_go
	unset HELD
}

all_resets() {
	tr , '\n' </sys/module/tce_inject/parameters/resets | awk '{ n += $1 } END { print n }'
}

# A user's PE is reset again and again, by many threads, while the machine goes down. The pause shows that resets still
# begin: the user has lost the PE soon after it.
off_in_resets() {
	export HELD="$SECOND"
	try eeh-off-bind bind "$SECOND" vfio-pci
	try eeh-off-user hold hold/in-resets
	echo "eeh-off after $(all_resets) resets" >/dev/kmsg
	sleep 1
}

SECOND=0001:00:00.0
CARD=$(find_pci 8086:100e)
try eeh-platform eeh_platform "$NVME" "$SECOND" "$CARD"
try eeh-kernel kernel_has_eeh
try host-disk use_disk
try host-direct-window has_direct_window
try host-card load e1000
try host-card-works card_works
try load-driver load_driver
try bind-second bind "$SECOND" vfio-pci
host_tests
unbind "$CARD"
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests stopped resetting
[ -n "$TESTS" ] || try eeh-close-waits-for-the-function logged 'not ready [0-9]*ms after FLR; waiting'
try eeh-second-is-back give_disk_back "$SECOND"
host_again eeh
try eeh-card-is-back card_is_back
off_in_resets
finish
