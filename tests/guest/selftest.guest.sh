# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

BAD=0000:00:03.0
CARD=0000:00:04.0
TINY=0001:00:01.0
NONE=0001:00:02.0
PLAN=/sys/module/tce_inject/parameters/plan
TRACING=/sys/kernel/tracing
export TCECTL_PCI_IDS=/pci.ids

# ends STATUS COMMAND...  the command ends with that status; its output and its errors go to /tmp/out
ends() {
	wanted=$1
	shift
	status=0
	"$@" >/tmp/out 2>&1 || status=$?
	cat /tmp/out
	[ "$status" -eq "$wanted" ]
}

# has LINE  the last output has this line
has() {
	grep -qx -- "$*" /tmp/out
}

# in_output PATTERN
in_output() {
	grep -q -- "$*" /tmp/out
}

# passed N SKIPPED  the last run reports these counts, and has that many lines
passed() {
	has "# $1 passed, 0 failed, $2 skipped" && [ "$(grep -c '^ok ' /tmp/out)" -eq $(($1 + $2)) ] &&
		has "1..$(($1 + $2))" && has 'TAP version 13'
}

# content BDF  a sum of all that is on the disk
content() {
	dd if="/dev/$(disk_of "$1")" bs=64k iflag=direct 2>/dev/null | md5sum
}

holds_what_it_held() {
	content "$NVME" | diff /tmp/before -
}

not_bound() {
	ends 1 tcectl test "$NVME" && in_output "\"tcectl device bind $NVME\" gives it to vfio-pci" &&
		ends 1 tcectl bench "$NVME" && in_output "the host's driver nvme has it"
}

by_root() {
	ends 0 tcectl test --report /tmp/report "$NVME" && passed 15 1 &&
		has 'ok 13 - dma-write # SKIP nothing is written without --write FIRST:COUNT'
}

reported() {
	cat /tmp/report
	for line in 'tcectl: [0-9.]*' "device: $NVME 1b36:0010, .*" 'machine: IBM pSeries.*' \
		'hypertas: .*hcall-multi-tce.*' 'dynamic-windows: yes' 'default-window: 1G at 0x0 .*, LIOBN 0x80000000.*' \
		'query: . windows, [0-9]* TCEs, pages of 4K 64K .*' 'info-windows: 2' \
		'default-window-created-again-at: 0x0' \
		'ddw-applicable: 0x2026 0x2027 0x2028' 'ddw-extensions: 0x2 0x2029 0x1' 'ats: no' \
		'window-beside-default-at: 0x800000000000000 .*, LIOBN 0x8000000[01])' \
		'query-beside-default-window: 0 windows, [0-9]* TCEs, pages of 4K 64K .*' \
		'query-after-default-removed: 1 windows, [0-9]* TCEs, pages of 4K 64K .*' \
		'clear-512-tces-microseconds: [0-9.]*' \
		'window-after-default-removed-at: 0x0 .*' 'second-window-at: 0x800000000000000 .*' \
		'restored-window-present: yes' 'restored-window-cleared: yes' \
		'restored-window-held: 0 of 3 TCEs' 'window-of-16384K-pages-at: 0x8.*' \
		'map-4M-hypercalls: put 0, indirect 2, stuff 0' 'map-4M-microseconds: [0-9.]*' \
		'disk: QEMU NVMe Ctrl, 131072 blocks of 512 bytes' 'unmapped-read-eeh: no EEH.*' \
		'tests: 15 passed, 0 failed, 1 skipped'; do
		grep -qx "$line" /tmp/report || { echo "no line '$line'"; return 1; }
	done
}

as_json() {
	ends 0 tcectl -j test "$NVME" && in_output '{"name":"dma-identify","result":"ok","why":null}' &&
		in_output '"passed":15,"failed":0,"skipped":1,"report":{"tcectl":'
}

# What an ordinary user needs is the group's device file; locked memory is at Debian's usual limit
by_user() {
	chown nobody "/dev/vfio/$(group_of "$NVME")"
	ends 0 su nobody -s /bin/sh -c "ulimit -l 8192; tcectl test --report /tmp/user/report $NVME" &&
		passed 15 1 && grep -qx 'user: ordinary' /tmp/user/report &&
		grep -qx 'restored-window-present: not visible (for root alone)' /tmp/user/report &&
		grep -qx 'restored-window-held: not visible (for root alone)' /tmp/user/report &&
		! grep -q '^map-4M-hypercalls' /tmp/user/report
}

user_limits() {
	ends 1 su nobody -s /bin/sh -c "ulimit -l 1024; tcectl test $NVME" &&
		in_output 'the limit of locked memory is 1M, and this takes 6M; "ulimit -l unlimited"' &&
		ends 1 su nobody -s /bin/sh -c "ulimit -l 8192; tcectl bench $NVME" &&
		in_output 'the limit of locked memory is 8M, and this takes 260M'
}

user_has_no_access() {
	chown root "/dev/vfio/$(group_of "$NVME")"
	ends 1 su nobody -s /bin/sh -c "tcectl test $NVME" &&
		in_output "/dev/vfio/.*: this user may not open it; \"chown USER"
}

no_report() {
	ends 1 tcectl test --report /nowhere/report "$NVME" && in_output '/nowhere/report: No such file' &&
		! in_output '^ok'
}

report_is_full() {
	ends 1 tcectl test --report /dev/full "$NVME" && in_output '/dev/full: it could not be written'
}

writing() {
	ends 0 tcectl test --write 2048:200 "$NVME" && passed 16 0
}

wrong_blocks() {
	ends 1 tcectl test --write 131071:2 "$NVME" && in_output '^# the disk has 131072 blocks' &&
		ends 1 tcectl test --write 0:2049 "$NVME" && in_output '^# at most 2048 blocks are written'
}

# Nothing was written, so nothing has to be put back
refusing_disk() {
	ends 1 tcectl test --write 100:64 "$BAD" && has '# the disk refuses to write' &&
		[ "$(grep -c '^not ok' /tmp/out)" -eq 1 ]
}

# One write succeeds, and the old content cannot be put back: it is then in a file
broken_disk() {
	rm -rf /tmp/kept && mkdir /tmp/kept && cd /tmp/kept || return 1
	ends 1 tcectl test --write 100:64 "$BAD"
	broken_status=$?
	cd /
	[ "$broken_status" -eq 0 ] && has 'not ok 13 - dma-write' &&
		in_output 'could not be put back (the disk refuses to write); what they held is in the file' &&
		[ "$(wc -c <"/tmp/kept/tcectl-$BAD-block-100")" -eq 32768 ] &&
		[ "$(head -n 1 "/tmp/kept/tcectl-$BAD-block-100")" = 'block 000000100' ]
}

# ... and the file cannot be written either
broken_disk_and_no_room() {
	mkdir -p /tmp/kept/none && mount -t tmpfs -o ro none /tmp/kept/none && cd /tmp/kept/none || return 1
	ends 1 tcectl test --write 200:1 "$BAD"
	broken_status=$?
	cd /
	umount /tmp/kept/none
	[ "$broken_status" -eq 0 ] &&
		in_output "THE BLOCKS ARE LOST: the disk refuses to write, and tcectl-$BAD-block-200 cannot be written"
}

# The disk's block 100 holds what the test wrote
broken_disk_was_written() {
	[ "$(dd if="/dev/$(disk_of "$BAD")" bs=512 skip=99 count=1 2>/dev/null | head -n 1)" = 'block 000000099' ] &&
		[ "$(dd if="/dev/$(disk_of "$BAD")" bs=512 skip=100 count=1 2>/dev/null | head -n 1)" != 'block 000000100' ]
}

no_disk() {
	ends 0 tcectl test "$CARD" && passed 11 5 && in_output '^ok 14 - dma-unmapped # SKIP not an NVMe disk'
}

# The PE has one window, and the disk is smaller than one read of the tests
little() {
	tcectl device bind "$TINY" && ends 0 tcectl test --report /tmp/report "$TINY" && passed 10 6 &&
		grep -qx 'dma-windows: one' /tmp/report && grep -qx 'dynamic-windows: no' /tmp/report || return 1
	for line in 'ok 7 - window-beside-default # SKIP firmware has no dynamic windows for this PE' \
		'ok 12 - dma-two-windows # SKIP the disk is too small' \
		'ok 15 - dma-restored-window # SKIP firmware has no dynamic windows for this PE'; do
		has "$line" || return 1
	done
	ends 0 tcectl test --write 3:29 "$TINY" && passed 11 5 && has 'ok 13 - dma-write'
}

nothing_there() {
	ends 0 tcectl test "$NONE" && passed 8 8 &&
		has "ok 11 - dma-identify # SKIP the disk's first namespace has no blocks"
}

# refusing PLAN TEST...  exactly these tests fail when the hypervisor follows that plan
refusing() {
	echo "$1" >"$PLAN"
	shift
	status=0
	tcectl test "$CARD" >/tmp/out || status=$?
	echo off >"$PLAN"
	cat /tmp/out
	[ "$status" -eq 1 ] || return 1
	for name in "$@"; do
		grep -q "^not ok [0-9]* - $name$" /tmp/out || return 1
	done
	[ "$(grep -c '^not ok' /tmp/out)" -eq $# ]
}

traced() {
	grep "$*" "$TRACING/trace"
}

in_use() {
	ends 1 tcectl test "$NVME" && in_output 'a program uses this PE now; "fuser -v /dev/vfio/' &&
		ends 1 tcectl bench "$NVME" && in_output 'a program uses this PE now'
}

# An ordinary user cannot read debugfs. VFIO tells him that the PE is in use, in each test.
in_use_by_another() {
	chown nobody "/dev/vfio/$(group_of "$NVME")"
	ends 1 su nobody -s /bin/sh -c "ulimit -l 8192; tcectl test $NVME" &&
		in_output '^# opening the container and its group: Device or resource busy' &&
		ends 1 su nobody -s /bin/sh -c "ulimit -l 300000; tcectl bench $NVME" &&
		in_output 'opening the container and its group: Device or resource busy'
}

interrupted() {
	tcectl test "$NVME" >/tmp/out 2>&1 &
	tester=$!
	wait_for 20 has 'ok 1 - get-info' && kill -TERM "$tester" || return 1
	status=0
	wait "$tester" || status=$?
	cat /tmp/out
	[ "$status" -eq 1 ] && has 'tcectl: interrupted; the PE is as it was' &&
		tcectl -j pe show "$NVME" | grep -q '"owner":"host"'
}

benchmark_refused() {
	echo 'create 1 1000000 -1' >"$PLAN"
	ends 1 tcectl bench "$CARD"
	refused_status=$?
	echo off >"$PLAN"
	[ "$refused_status" -eq 0 ] && in_output "^tcectl: $CARD: VFIO_IOMMU_SPAPR_TCE_CREATE: "
}

has_user() {
	tcectl -j pe show "$NVME" | grep -q '"owner":"user"'
}

benchmark_interrupted() {
	tcectl bench "$NVME" >/tmp/out 2>&1 &
	tester=$!
	wait_for 20 has_user && kill -INT "$tester" || return 1
	status=0
	wait "$tester" || status=$?
	cat /tmp/out
	[ "$status" -eq 1 ] && has 'tcectl: interrupted' && ! in_output 'medians'
}

benchmark() {
	ends 0 tcectl bench --runs 1 "$NVME" && in_output '; medians of 1 runs$' && in_output '^  map  *1  *65536 .* 128$' &&
		in_output '^  unmap_one  *1  *1 .* 1$' && in_output '^  remove  *1  *65536 .* -$' &&
		in_output 'pages of 16M are not measured'
}

# For the scenario's check: measures all page sizes for which there is memory
benchmark_json() {
	huge_pages 132 && tcectl -j bench --runs 2 "$NVME" >/tmp/bench 2>/tmp/out && huge_pages 0 || return 1
	dmesg -n 1
	sed 's/^/bench-json /' /tmp/bench
}

mkdir /tmp/user && chown nobody /tmp/user
try load load_driver
try inject insmod /tce_inject.ko
try host-disk use_disk
try host-second-disk wait_for 20 has_disk "$BAD"
content "$NVME" >/tmp/before
try not-bound not_bound
try bind tcectl device bind "$NVME"
ulimit -l unlimited
try by-root by_root
try reported reported
try json as_json
try by-user by_user
try user-limits user_limits
try user-has-no-access user_has_no_access
try no-report no_report
try report-is-full report_is_full
try writing writing
try wrong-blocks wrong_blocks
try refusing-disk refusing_disk
try broken-disk broken_disk
try broken-disk-and-no-room broken_disk_and_no_room
try no-disk no_disk
try little little
try nothing-there nothing_there
echo 1 >"$TRACING/events/vfio_pseries/enable"
try refused-writes refusing 'write 1 1000000 -1' register map map-cost
try refused-creates refusing 'create 1 1000000 -1' window-beside-default window-after-default window-page-sizes
echo 0 >"$TRACING/events/vfio_pseries/enable"
try trace-hcall-failure traced 'hcall_failure: liobn=0x80000000 ioba=0x0 n=[0-9]* rc=-1$'
try trace-rtas-failure traced 'rtas_failure: token=0x[0-9a-f]* status=-1$'
try interrupted interrupted
try benchmark-refused benchmark_refused
try benchmark-interrupted benchmark_interrupted
if [ "${SLOWNESS:-1}" -gt 1 ]; then
	skip benchmark "its times say nothing on a kernel that checks each access, and it takes half an hour there"
	skip benchmark-json "see benchmark"
else
	try benchmark benchmark
	try benchmark-json benchmark_json
fi
try unbind tcectl device unbind "$NVME"
try disk-is-back wait_for 20 has_disk "$NVME"
try disk-holds-what-it-held holds_what_it_held
try second-disk-is-back wait_for 20 has_disk "$BAD"
try broken-disk-was-written broken_disk_was_written
try huge-pages huge_pages 4
try bind-again tcectl device bind "$NVME"
try hold hold hold/windows
try in-use in_use
try in-use-by-another in_use_by_another
let_go
host_again selftest
finish
