# SPDX-License-Identifier: GPL-2.0-only
#
# What the module says in debugfs, and whether drgn shows the same, after ". /clients.sh" and ". /doc.sh"

MODULE=/sys/kernel/debug/vfio_pseries

# Leaves out one line of each file, which names its format
module_says() {
	cat "$MODULE/pes" "$MODULE/windows" "$MODULE/translations" | grep -v '^vfio_pseries 1$'
}

# drgn_shows FILE RUNS doc BLOCK  the guide's block prints what is in the file, with at least so many runs
drgn_shows() {
	wanted=$1
	runs=$2
	shift 2
	"$@" >/tmp/shown || { cat /tmp/shown; return 1; }
	sed -n '/^pe /,$p' /tmp/doc.out >/tmp/got
	diff "$wanted" /tmp/got && note "$(grep -c . /tmp/got) lines are the same" &&
		[ "$(grep -c '^run ' /tmp/got)" -ge "$runs" ]
}
