# SPDX-License-Identifier: GPL-2.0-only
# Slots bring cells to a leaf that KVM has made flat meanwhile.
#
# file: driver/tce/shadow.c
# interleave: kvm_first_page
/^int shadow_new_cells(/,/^}/s/^	if (!leaf->cells) {$/	if (true) {/
