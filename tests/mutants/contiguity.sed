# SPDX-License-Identifier: GPL-2.0-only
# A large IOMMU page may lie over small pages of the kernel's.
#
# file: driver/memory/page_runs.c
/^bool page_runs_fit(/,/^}/s/return false;/return true;/
