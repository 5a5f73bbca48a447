# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /container.sh

LIMIT=4194304

# contained NAME LIMIT  runs the container with that limit of locked memory, and keeps its output
contained() {
	status=0
	(ulimit -l "$2" && run_container "$1") >/tmp/said 2>&1 </dev/null || status=$?
	cat /tmp/said
	return "$status"
}

# is_idle NAME  that container waits
is_idle() {
	[ -e "/proc/$(process_of "$1")/root/tmp/idle" ]
}

# refused_with NAME LIMIT FINDING REMEDY  the program fails, and "tcectl doctor" tells root the finding and the remedy
# for a process in a container of the same kind
refused_with() {
	refused contained "$1" "$2" || return 1
	(ulimit -l "$2" && run_container "$1-idle") &
	idle=$!
	wait_for 60 is_idle "$1-idle" || return 1
	tcectl doctor --pid "$(process_of "$1-idle")" --size 512M "$NVME" >/tmp/said
	cat /tmp/said
	crun_as_alice kill "$1-idle" KILL
	wait "$idle"
	said "$3" && said "$4"
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
in_order crun
finish
