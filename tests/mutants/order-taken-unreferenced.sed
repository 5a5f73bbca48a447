# SPDX-License-Identifier: GPL-2.0-only
# A PE that a user has does not keep the module.
#
# file: driver/group/group.c
# interleave: host_claim_unload
s/^	if (group_closed || !try_module_get(THIS_MODULE))$/	if (group_closed)/
/^static bool group_release_pe(/,/^}/s/^	module_put(THIS_MODULE);$//
/^static int group_take_pe(/,/^}/s/^		module_put(THIS_MODULE);$/		return rc;/
