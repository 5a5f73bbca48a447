# SPDX-License-Identifier: GPL-2.0-only
# A guest's TCE that could neither be written nor cleared is taken for invalid.
#
# file: driver/kvm/kvm_table.c
/is in an unknown state/,/return 0;/{
s/if (!leaf->cells->tce\[slot\])/if (0)/
s/kvm_table_unknown(t, leaf, slot);/;/
}
