# SPDX-License-Identifier: GPL-2.0-only
# A table is made inert without the PE's lock: a take frees it meanwhile.
#
# file: driver/group/group.c
# interleave: host_claim_bind
/^void host_tables_inert(/,/^}/{s/^	mutex_lock(&hp->pe.lock);$//;s/^	mutex_unlock(&hp->pe.lock);$//}
/^static struct iommu_table \*host_table_inert(/,/^}/s/^	lockdep_assert_held(.*//
