# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

HITS=/sys/module/tce_inject/parameters/hits

# The host's driver has its disk, and its window onto all of memory
host_has_all() {
	disk_is_back && has_direct_window && windows_of "$NVME" >/tmp/now &&
		diff /tmp/before /tmp/now
}

# once TEST PLAN  the PE changes hands by that test, and the host gets it back
once() {
	echo "--- $1 with plan $2"
	bind "$NVME" vfio-pci || return 1
	PLAN="$2" vfiotest "$NVME" "$1" >/tmp/once 2>&1
	once_status=$?
	cat /tmp/once
	! grep -q '^# claim refused' /tmp/once || refused=$((refused + 1))
	[ "$once_status" -eq 0 ] && host_has_all
}

# sweep TEST CALL TIMES ANSWER  with one call after the other failing, until none is left. Of many alike,
# more and more are passed over.
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

# refusing SWEEP...  and not all the claims were granted
refusing() {
	sweep "$@" && [ "$refused" -gt 0 ]
}

# lose_and_find CALL  the host's window cannot be made again; the next time it can
lose_and_find() {
	bind "$NVME" vfio-pci && PLAN="$1 1 1000000 -1" vfiotest "$NVME" take/give-back &&
		disk_is_back && ! has_direct_window && bind "$NVME" vfio-pci &&
		vfiotest "$NVME" own/works && host_has_all
}

try host-disk use_disk
try host-direct-window has_direct_window
windows_of "$NVME" >/tmp/before
try load-driver load_driver
try failing-hypervisor insmod /tce_inject.ko
try take-fails-at-a-clear refusing take/claim clear 1 -1
try take-fails-at-a-query refusing take/claim query 1 -1
try take-fails-at-a-remove sweep take/claim remove 1 -1
try take-fails-at-all-removes refusing take/claim remove 1000 -1
try release-fails-at-a-clear sweep take/give-back clear 1 -1
try release-fails-at-a-remove sweep take/give-back remove 1 -1
try release-fails-at-a-reset sweep take/give-back-alone reset 1 -1
case $OWNERSHIP in
none | group)
	# The host's window is made again by the module itself
	try release-fails-at-a-create sweep take/give-back create 1 -1
	try release-fails-at-a-write sweep take/give-back write 1 -1
	try release-fails-at-all-creates lose_and_find create
	try release-fails-at-all-writes lose_and_find write
	;;
esac
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests own/works
host_again inject
finish
