# SPDX-License-Identifier: GPL-2.0-only
# A table that KVM alone has does not keep the module.
#
# file: driver/kvm/kvm_iommu.c
# guest: beside
s/^\tif (try_module_get(THIS_MODULE))/\tif (0)/
s/^\t\tkvm_iommu_make_normal(tbl);/\t\tcond_resched();/
