# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /container.sh
. /cards.sh

LIMIT=4194304
JUDGES='device control group: a program of its control group judges device files'

# The workload's containers: the program's tensors, and the least number of maps
TENSORS=512
MAPS=256

# contained NAME LIMIT  runs the container with that limit of locked memory, and keeps its output
contained() {
	(ulimit -l "$2" && kept run_container "$1")
}

# is_idle NAME  that container waits
is_idle() {
	[ -e "/proc/$(process_of "$1")/root/tmp/idle" ]
}

# doctor_says NAME LIMIT WORDS...  "tcectl doctor" tells root all of these words of a process in a container of the
# same kind
doctor_says() {
	(ulimit -l "$2" && run_container "$1-idle") &
	idle=$!
	wait_for 60 is_idle "$1-idle" || return 1
	tcectl doctor --pid "$(process_of "$1-idle")" --size 512M "$NVME" >/tmp/said
	cat /tmp/said
	owners_crun kill "$1-idle" KILL
	wait "$idle"
	shift 2
	for words in "$@"; do
		said "$words" || return 1
	done
}

# refused_with NAME LIMIT FINDING REMEDY  the program fails, and "tcectl doctor" tells root the finding and the remedy
refused_with() {
	refused contained "$1" "$2" && doctor_says "$@"
}

# both NAME FILE...  makes the container with the program, and another one of the same kind that waits
both() {
	both_name=$1
	shift
	bundle "$both_name" "tcectl test $NVME" "$@" && bundle "$both_name-idle" "touch /tmp/idle; sleep 600" "$@"
}

file_is_for() {
	chown "$1" /dev/vfio/0 && chmod "$2" /dev/vfio/0
}

# told_of_refusal NAME LIMIT  the program in the container says what refuses the file
told_of_refusal() {
	refused contained "$1" "$2" && said "a program of this process's control group refuses it"
}

# "tcectl doctor" of a process in a cgroup without such a program
plain_cgroup() {
	mkdir /sys/fs/cgroup/plain || return 1
	sleep 600 &
	echo $! >/sys/fs/cgroup/plain/cgroup.procs && tcectl doctor --pid $! "$NVME" >/tmp/said
	kill $!
	cat /tmp/said
	said 'device control group: judges no device file'
}

# A container of alice's with a card's file, which runs the workload as long as it has the file /go-on
card_bundle() {
	bind "$(card "$1")" vfio-pci && card_file=/dev/vfio/$(group_of "$(card "$1")") && chown alice "$card_file" &&
		bundle "card$1" "exec workload $(card "$1") $TENSORS $MAPS /go-on" /dev/vfio/vfio "$card_file" &&
		: >"$CONTAINERS/card$1/rootfs/go-on"
}

start_card() {
	(ulimit -l $LIMIT && run_container "card$1") >"/tmp/said.$1" 2>&1 </dev/null &
	echo $! >"/tmp/pid.$1"
}

four_windows() {
	cat /sys/kernel/debug/vfio_pseries/windows
	[ "$(grep -c ' mapped=[1-9].* failed=0$' /sys/kernel/debug/vfio_pseries/windows)" -eq 4 ]
}

# let_card_end NUMBER [STATUS]  the container ends by itself, with the program's status
let_card_end() {
	rm "$CONTAINERS/card$1/rootfs/go-on"
	card_ends "$@"
}

is_done() {
	let_card_end "$1" && grep -q '^# done after' "/tmp/said.$1"
}

try host-disk use_disk
try load load_driver
pins_are_now

try alice add_alice
try cgroups mount_cgroups
try bind tcectl device bind "$NVME"

try files-bundle both files /dev/vfio/vfio /dev/vfio/0
try none-bundle both none
try file-is-hers file_is_for alice 600
try crun-uses-disk contained files $LIMIT
try crun-moved-data said '^ok .*dma-identify'
try crun-limit refused_with files 64 'locked memory: up to 64K' 'podman run --ulimit memlock='
try file-is-her-groups file_is_for 0:vfio 660
try crun-by-group contained files $LIMIT
try crun-by-group-moved-data said '^ok .*dma-identify'
try crun-not-handed-in refused_with none $LIMIT 'not in its mount namespace' 'podman run --device'
try file-is-not-hers file_is_for 0:0 600
try crun-not-hers refused_with files $LIMIT 'may not be opened: mode 0600, owner 0.*which is user 0 in its user namespace' \
	'chown 1000 /dev/vfio/0'

try crun-plain plain_cgroup
try allow-vfio allow_vfio
try judged-bundle rooted both judged /dev/vfio/vfio /dev/vfio/0
try crun-judged rooted contained judged $LIMIT
try crun-judged-moved-data said '^ok .*dma-identify'
try crun-judged-doctor rooted doctor_says judged $LIMIT "$JUDGES"
try forbid-vfio forbid_vfio
try closed-bundle rooted both closed /dev/vfio/vfio /dev/vfio/0
try crun-closed-told rooted told_of_refusal closed $LIMIT
try crun-closed rooted refused_with closed $LIMIT "$JUDGES" 'fails with EPERM: podman run --device'

try card-bundles each_card card_bundle
try cards-start each_card start_card
try cards-ready wait_for 300 each_card card_is_ready
try cards-have-windows four_windows
try card-killed owners_crun kill card2 KILL
try card-killed-ends let_card_end 2 137
try cards-end other_cards is_done
in_order crun
finish
