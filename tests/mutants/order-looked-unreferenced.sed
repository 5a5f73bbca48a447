# SPDX-License-Identifier: GPL-2.0-only
# Whoever looks at a PE has no reference to it: its node goes, and it goes, too.
#
# file: driver/group/group_list.c
# interleave: host_look_node
s/^		kref_get(&gp->ref);$//
/^int group_each(/,/^}/s/^		group_pe_put(gp);$//
