# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the rig's commands share. A command sets ROOT (the top of the tree) and sources this.
# shellcheck disable=SC2034 # some variables are for those who source it

: "${ROOT:?}"
BUILD=${BUILD:-$ROOT/build}
CACHE=$BUILD/cache
CROSS=powerpc64le-linux-gnu-
PATH=$PATH:/usr/sbin:/sbin
# The tester's own kernel tree (rig/tree.sh), for all commands that are called from here on, in whatever folder they run
case ${TREE:-} in
'') unset TREE ;;
/*) ;;
*) TREE=$PWD/$TREE ;;
esac
say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# retry TIMES PAUSE COMMAND...  repeats the command until it succeeds; a mirror that is being synchronised needs minutes
retry() {
	retry_left=$1
	retry_pause=$2
	shift 2
	while ! "$@"; do
		retry_left=$((retry_left - 1))
		[ "$retry_left" -gt 0 ] || return 1
		say "  ... again in $retry_pause s"
		sleep "$retry_pause"
	done
}

# meanwhile TEXT...  a line that the next one takes the place of, on a terminal alone
meanwhile() {
	[ ! -t 1 ] || printf '\r%s\033[K\r' "$*"
}

# show_progress  one line of with_progress
show_progress() {
	"$progress_count" | {
		read -r progress_done progress_also || progress_done=0
		[ "$progress_done" -le "$progress_total" ] || progress_done=$progress_total
		meanwhile "  $progress_done of $progress_total $progress_what, $((progress_total - progress_done)) left${progress_also:+: $progress_also}"
	}
}

keep_showing() {
	while kill -0 $$ 2>/dev/null; do
		sleep 1
		show_progress
	done
}

# with_progress WHAT TOTAL COUNT COMMAND...  runs it; on a terminal, a line says meanwhile how many of
# them are done and how many are left. The function COUNT prints the number, and may say more behind it. The command
# is in the foreground, for the user's Ctrl-C.
with_progress() {
	progress_what=$1
	progress_total=$2
	progress_count=$3
	shift 3
	[ -t 1 ] || { "$@"; return; }
	show_progress
	keep_showing 8>&- &
	progress_by=$!
	progress_status=0
	"$@" || progress_status=$?
	kill "$progress_by" 2>/dev/null || :
	wait "$progress_by" 2>/dev/null || :
	meanwhile
	return "$progress_status"
}

# timed LIMIT COMMAND...  runs it; on a terminal, a line says meanwhile for how many seconds it has run and may still run
timed() {
	timed_limit=$1
	timed_since=$(date +%s)
	shift
	with_progress "seconds at most" "$timed_limit" timed_seconds "$@"
}

timed_seconds() {
	say $(($(date +%s) - timed_since))
}

# time_limit SCENARIO  its TIMEOUT in seconds; 0 if the file itself has none
time_limit() {
	sed -n 's/^TIMEOUT=\([0-9]*\)$/\1/p' "$1" | grep . || say 0
}

# newer FILE OTHER  both exist, and FILE changed later
newer() {
	[ -e "$1" ] && [ -e "$2" ] && [ -n "$(find "$1" -newer "$2")" ]
}

# alone FILE  waits until no other command of the rig has this lock; it is held until the end
alone() {
	exec 8>"$1"
	flock 8
}

# kernel_names  the names for all kernels; with MORE=1 in the environment, the other ones; with TREE the tester's own
kernel_names() {
	[ -z "${TREE:-}" ] || { echo tree; return; }
	awk -v more="${MORE:-}" '!/^#/ && NF && (more != "") == ($5 == "more") { print $1 }' \
		"$ROOT/rig/kernels.list"
}

# The table, followed by the line of the tester's own tree, if there is one
targets() {
	cat "$ROOT/rig/kernels.list"
	[ ! -e "$BUILD/tree/target" ] || cat "$BUILD/tree/target"
}

every_target_name() {
	targets | awk '!/^#/ && NF { print $1 }'
}

# kernel_field NAME NUMBER  one column of the table
kernel_field() {
	targets | awk -v name="$1" -v n="$2" '!/^#/ && $1 == name { print $n }'
}

need_kernel() {
	[ -n "$(kernel_field "$1" 1)" ] ||
		die "no kernel is called '$1'; there are: $(every_target_name | tr '\n' ' ')"
}

kernel_compiler() {
	kernel_field "$1" 3 | sed 's,.*/,,'
}

# kernel_suite NAME  the suite that its compiler is from; nothing when the compiler is this machine's own
kernel_suite() {
	kernel_field "$1" 3 | sed -n 's,/.*,,p'
}

# kernel_tree NAME  the tree of that suite
kernel_tree() {
	suite=$(kernel_suite "$1")
	[ -z "$suite" ] || printf '%s/toolchain/%s' "$BUILD" "$suite"
}

# kernel_version NAME  the version of Linux that its headers have: a package's name may say something else
kernel_version() {
	awk '/LINUX_VERSION_(MAJOR|PATCHLEVEL|SUBLEVEL)/ { v = v sep $3; sep = "." } END { print v }' \
		"$BUILD/$1/headers/include/generated/uapi/linux/version.h"
}

# kernel_base NAME  the kernel that a stand-in boots; nothing when it is a kernel of its own
kernel_base() {
	kernel_field "$1" 4 | sed -n 's/^=//p'
}

# kernel_ownership NAME  which variant of ownership its module has (driver/compat/ownership.h)
kernel_ownership() {
	modinfo -F ownership "$BUILD/$1/vfio_pseries.ko" 2>/dev/null | grep . ||
		die "$1 has no vfio_pseries.ko: run rig/modules $1 first"
}

# kernel_has NAME OPTION  CONFIG_OPTION is set there, y or m
kernel_has() {
	grep -q "^CONFIG_$2=[ym]" "$BUILD/$1/headers/include/config/auto.conf"
}

# kernel_slowness NAME  how many times as long everything may take as on other kernels: a kernel that checks each
# access to memory is slow
kernel_slowness() {
	if kernel_has "$1" KASAN || kernel_has "$1" KCSAN; then echo 8; else echo 1; fi
}

# target_page_size NAME  in KiB
target_page_size() {
	if kernel_has "$1" PPC_64K_PAGES; then echo 64; else echo 4; fi
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

# kernel_release NAME  what uname -r says on it
kernel_release() {
	cat "$BUILD/$1/release" 2>/dev/null || die "$1 is not unpacked: run rig/kernels $1 first"
}

# packages FILE  the package names in a list of "NAME  why" lines
packages() {
	awk '!/^#/ && NF { print $1 }' "$1"
}
