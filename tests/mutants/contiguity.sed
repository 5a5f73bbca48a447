# SPDX-License-Identifier: GPL-2.0-only
# A large IOMMU page may lie over small pages of the kernel's.
#
# file: driver/memory.c
s/if (memory_hpa(r, ua + at) != hpa + at)/if (!hpa)/
