# SPDX-License-Identifier: GPL-2.0-only
# A reader counts in the table that the group has, without a reference.
#
# file: driver/group/group_tables.c
# interleave: host_look_sole_node
s/tbl = gp->inert\[i\];$/tbl = gp->group->tables[i];/
