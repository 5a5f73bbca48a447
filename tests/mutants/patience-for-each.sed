# SPDX-License-Identifier: GPL-2.0-only
# A hypervisor that stays busy is waited for with every batch.
#
# file: driver/tce/batch.h
s/(c)->tired = answer_ > 0;/(c)->tired = false;/
