# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /cards.sh

TENSORS=512
MAPS=10240
GO=/tmp/go

start() {
	workload "$(card "$1")" $TENSORS $MAPS /nothing $GO >"/tmp/said.$1" 2>&1 </dev/null &
	echo $! >"/tmp/pid.$1"
}

# all WORD NUMBER...  the programs of these cards have said the word
all() {
	word=$1
	shift
	for number in "$@"; do
		grep -q "^# $word" "/tmp/said.$number" || return 1
	done
}

# The hypercalls of all windows that there are
hypercalls() {
	sed 's/.* put=\([0-9]*\) indirect=\([0-9]*\) stuff=\([0-9]*\) .*/\1 \2 \3/' /sys/kernel/debug/vfio_pseries/windows |
		awk 'NF == 3 { n += $1 + $2 + $3 } END { print n }'
}

# The batches that the programs of these cards have told
batches() {
	for number in "$@"; do
		sed -n 's/^# worked .* \([0-9]*\) batches$/\1/p' "/tmp/said.$number"
	done | awk '{ n += $1 } END { print n }'
}

ended() {
	for number in "$@"; do
		wait "$(cat "/tmp/pid.$number")" || { cat "/tmp/said.$number"; return 1; }
	done
}

# measure NUMBER...  the programs of these cards, which begin to map at the same time
measure() {
	for number in "$@"; do
		start "$number"
	done
	wait_for 60 all ready "$@" && : >$GO && wait_for 100 all worked "$@" || return 1
	made=$(hypercalls)
	rm $GO
	ended "$@" || return 1
	for number in "$@"; do
		note "workload $# $(sed -n 's/^# worked for \([0-9.]*\) s: \([0-9]*\) maps, \([0-9]*\) reads.*/\1 \2 \3/p' "/tmp/said.$number")"
	done
	note "workload-hypercalls $# $made $(batches "$@")"
	[ "$made" -eq "$(batches "$@")" ]
}

try host-disk use_disk
must load-driver load_driver
for number in 0 1 2 3; do
	must "hand-over-$number" bind "$(card $number)" vfio-pci
done
for round in 1 2 3; do
	try "workload-one-$round" measure 0
	try "workload-four-$round" measure 0 1 2 3
done
finish
