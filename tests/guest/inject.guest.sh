# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

HITS=/sys/module/tce_inject/parameters/hits
CARD=0000:00:01.0

# The host's driver has its disk, and its window onto all of memory
host_has_all() {
	disk_is_back && has_direct_window && windows_of "$NVME" >/tmp/now &&
		diff /tmp/before /tmp/now
}

# once TEST PLAN  that test takes the PE from the host, and the host gets it back
once() {
	echo "--- $1 with plan $2"
	bind "$NVME" vfio-pci || return 1
	PLAN="$2" vfiotest "$NVME" "$1" >/tmp/once 2>&1
	once_status=$?
	cat /tmp/once
	! grep -q '^# claim refused' /tmp/once || refused=$((refused + 1))
	[ "$once_status" -eq 0 ] && host_has_all
}

# sweep TEST CALL TIMES ANSWER  repeats the test, and a later call fails each time, until no call is left. The steps
# between these calls get larger, since many calls are alike.
sweep() {
	nth=1
	failed_calls=0
	refused=0
	while once "$1" "$2 $nth $3 $4"; do
		if [ "$(cat "$HITS")" -eq 0 ]; then
			note "$1: $failed_calls of $((nth - 1)) calls '$2' failed $3 times, $refused claims refused"
			[ "$failed_calls" -gt 0 ]
			return
		fi
		failed_calls=$((failed_calls + 1))
		nth=$((nth * 2))
	done
	return 1
}

# refusing SWEEP...  does that sweep, in which at least one claim must be refused
refusing() {
	sweep "$@" && [ "$refused" -gt 0 ]
}

# lose_and_find CALL  the host's window cannot be made again; the next time it can be
lose_and_find() {
	bind "$NVME" vfio-pci && PLAN="$1 1 1000000 -1" vfiotest "$NVME" take/give-back &&
		disk_is_back && ! has_direct_window && bind "$NVME" vfio-pci &&
		vfiotest "$NVME" own/works && host_has_all
}

# unreached TEST PLAN  that test takes and returns the PE while calls of several kinds fail; the next user's
# device reaches nothing through the window that the host had
unreached() {
	echo "--- $1 with plan $2"
	bind "$NVME" vfio-pci && PLAN="$2" vfiotest "$NVME" "$1" && [ "$(cat "$HITS")" -gt 0 ] &&
		vfiotest "$NVME" own/no-host-window && host_has_all
}

# half_filled  the host's window is made again. Then filling it fails, or already the first clearing. It can be neither
# cleared after that nor removed. It has 65,536 pages, 32,768 of which are memory.
half_filled() {
	for calls in "write 2 1000000 -1, clear 129 1000000 -1" "write 40 1000000 -1, clear 129 1000000 -1" \
		"write 40 1000000 -1, clear 150 1000000 -1" "clear 60 1000000 -1"; do
		unreached take/give-back-single "$calls, remove 1 1000000 -1" || return 1
	done
}

former_user() {
	bind "$NVME" vfio-pci && vfiotest "$NVME" take/former-user && host_has_all
}

# done_all_the_same TEST PLAN  a call does its work, but returns a failure
done_all_the_same() {
	once "$1" "$2" && [ "$(cat "$HITS")" -gt 0 ]
}

# no_table  there is no memory for the kernel's own table: the card's driver gets an error. After the next user
# the host has everything again.
no_table() {
	dmesg -c >/dev/null
	bind "$NVME" vfio-pci && PLAN="table 1 1000000 0" vfiotest "$NVME" take/give-back &&
		[ "$(cat "$HITS")" -gt 0 ] && logged 'did not set up its window again' || return 1
	echo "$CARD" >/sys/bus/pci/drivers_probe
	! card_answers "$CARD" 10.0.2 5 || return 1
	unbind "$CARD"
	bind "$NVME" vfio-pci && vfiotest "$NVME" own/no-host-window && host_has_all && card_is_back
}

no_table_at_first() {
	once take/give-back "table 1 1 0" && [ "$(cat "$HITS")" -eq 1 ] && card_is_back
}

card_is_back() {
	give_back "$CARD" && card_answers "$CARD" 10.0.2 && unbind "$CARD"
}

# Small pages, for windows that take many calls
try failing-hypervisor insmod /tce_inject.ko pages=3
[ "$OWNERSHIP" = none ] || try host-card load e1000
unbind "$CARD"
try host-disk use_disk
try host-direct-window has_direct_window
windows_of "$NVME" >/tmp/before
HOST_WINDOW=$(host_window)
export HOST_WINDOW
try load-driver load_driver
try take-fails-at-a-clear refusing take/claim clear 1 -1
try take-fails-at-a-query refusing take/claim query 1 -1
try take-fails-at-a-remove sweep take/claim remove 1 -1
try take-fails-at-all-removes refusing take/claim remove 1000 -1
try release-fails-at-a-clear sweep take/give-back clear 1 -1
try release-fails-at-a-remove sweep take/give-back remove 1 -1
try release-fails-at-a-reset sweep take/give-back-alone reset 1 -1
case $OWNERSHIP in
none | group)
	# The module itself makes the host's window again
	try release-fails-at-a-create sweep take/give-back create 1 -1
	try release-fails-at-a-write sweep take/give-back write 1 -1
	try release-fails-at-all-creates lose_and_find create
	try release-fails-at-all-writes lose_and_find write
	try release-leaves-the-hosts-window-half-filled half_filled
	;;
*)
	try release-without-memory-for-a-table-at-first no_table_at_first
	try release-without-memory-for-a-table no_table
	;;
esac
try take-fails-at-removes-and-resets unreached take/claim "remove 1 1000000 -1, reset 1 1000000 -1"
try take-remove-is-done-all-the-same done_all_the_same take/claim "remove 1 1 -1 done"
try take-removes-are-done-all-the-same done_all_the_same take/claim "remove 1 2 -1 done"
try release-leaves-a-users-window former_user
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests own/works
host_again inject
finish
