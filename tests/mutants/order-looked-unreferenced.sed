# SPDX-License-Identifier: GPL-2.0-only
# Whoever looks at a PE has no reference to it: its node goes, and it goes, too.
#
# file: driver/group/group.c
# interleave: host_look_node
s/^		kref_get(&hp->ref);$//
/^int host_each(/,/^}/s/^		host_pe_put(hp);$//
