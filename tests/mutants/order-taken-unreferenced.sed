# SPDX-License-Identifier: GPL-2.0-only
# A PE that a user has does not keep the module.
#
# file: driver/group/group.c
# interleave: host_claim_unload
s/^	if (host_closed || !try_module_get(THIS_MODULE))$/	if (host_closed)/
/^static bool host_release_pe(/,/^}/s/^	module_put(THIS_MODULE);$//
/^static int host_take_pe(/,/^}/s/^		module_put(THIS_MODULE);$/		return rc;/
