# SPDX-License-Identifier: GPL-2.0-only
#
# What the guest scripts here share, after ". /lib.sh" and ". /common.sh"

export PATH="$PATH:/usr/bin:/usr/sbin" TCECTL_PCI_IDS=/pci.ids

# in_order PREFIX  after any client: nobody has the PE or a window of it, nothing stays pinned, and the host's
# disk works with all that it had
in_order() {
	try "$1-nobody-has-a-window" wait_for 10 no_windows
	try "$1-nothing-pinned" wait_for 10 pins_are_back
	try "$1-healthy" tcectl health
	host_again "$1"
}

# ends LIMIT COMMAND...  the command ends by itself, with any status; its output is kept in /tmp/said
ends() {
	limit=$1
	shift
	status=0
	kept timeout "$limit" "$@" || status=$?
	echo "status $status"
	[ "$status" -ne 124 ]
}

# ended_with STATUS  the last program that ends() ran had this status
ended_with() {
	[ "$status" -eq "$1" ]
}
