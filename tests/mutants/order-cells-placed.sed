# SPDX-License-Identifier: GPL-2.0-only
# Slots bring cells to a leaf that KVM has made flat meanwhile.
#
# file: driver/shadow.c
# interleave: kvm_first_page
/^int shadow_new_cells(/,/^}/s/^	if (!leaf->cells) {$/	if (true) {/
