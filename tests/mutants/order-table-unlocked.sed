# SPDX-License-Identifier: GPL-2.0-only
# A table is made inert without the PE's lock: a take frees it meanwhile.
#
# file: driver/group/group_tables.c
# interleave: host_claim_bind
/^void group_tables_inert(/,/^}/{s/^	mutex_lock(&gp->pe.lock);$//;s/^	mutex_unlock(&gp->pe.lock);$//}
/^static struct iommu_table \*group_table_inert(/,/^}/s/^	lockdep_assert_held(.*//
