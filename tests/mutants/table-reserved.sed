# SPDX-License-Identifier: GPL-2.0-only
# One page of those that the kernel keeps free in its tables counts as mapped.
#
# file: driver/group/group_tables.c
# interleave: host_look
/^static u64 group_reserved(/,/^}/s/entry < end;/entry + 1 < end;/
