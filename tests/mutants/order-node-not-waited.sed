# SPDX-License-Identifier: GPL-2.0-only
#
# A node goes while the core is made to forget its PE.
#
# interleave: host_unload_node
# file: driver/group/group_hotplug.c
s/^\twait_event(group_forgotten, .*/\t;/
