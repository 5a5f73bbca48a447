# SPDX-License-Identifier: GPL-2.0-only
# What one page's entry holds is read before the lock is there, while KVM may clear it.
#
# file: driver/tce/one_page.c
# interleave: kvm_unmap_page
/^static int table_unmap_page/,/^}/{
/^	spin_lock(&leaf->lock);$/d
/^	tce = leaf->cells->tce\[slot\];$/a\
	spin_lock(\&leaf->lock);
}
