# SPDX-License-Identifier: GPL-2.0-only
#
# The module hears of a node's end when the kernel has freed its table group.
#
# interleave: host_unload_node
# file: driver/group/group_hotplug.c
s/^\t\.priority = 1,/\t.priority = 0,/
