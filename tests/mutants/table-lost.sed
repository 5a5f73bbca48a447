# SPDX-License-Identifier: GPL-2.0-only
# A table that the host has lost to a user is shown still.
#
# file: driver/group/group_list.c
# interleave: host_claim_look
/^bool group_list_is_table(/,/^}/s/ && READ_ONCE(gp->group->tables\[i\]) == tbl//
