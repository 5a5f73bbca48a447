# SPDX-License-Identifier: GPL-2.0-only
# A reboot takes PEs from their users and does not close the door: another one gets it.
#
# file: driver/group/group.c
# interleave: host_use_reboot
/^void group_shutdown(/,/^}/s/^	group_closed = true;$//
