# SPDX-License-Identifier: GPL-2.0-only
# A reader looks at the table group of a PE whose node has gone.
#
# file: driver/group/group_list.c
# interleave: host_look_sole_node
/^bool group_list_is_table(/,/^}/s/!list_empty(&gp->link) && //
