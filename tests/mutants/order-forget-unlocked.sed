# SPDX-License-Identifier: GPL-2.0-only
# The kernel's operations come back without the group's mutex: a release on its way puts ours there again.
#
# file: driver/compat/ownership_replace.c
# interleave: host_load_unclaim
/^void ownership_forget(/,/^}/s/^	iommu_group_for_each_dev(.*/	restore(gp->group);\n&/
/^static int restore_of_device(/,/^}/s/^	restore(data);$//
/^void ownership_forget(/,/^}/{/^	restore(gp->group);$/d}
