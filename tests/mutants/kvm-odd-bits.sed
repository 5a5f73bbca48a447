# SPDX-License-Identifier: GPL-2.0-only
# A guest can set the bits between address and permissions.
#
# file: driver/kvm/kvm_table.c
s/(hpa \& ~((1ULL << t->w.page_shift) - 1)) | perm/hpa | perm/
