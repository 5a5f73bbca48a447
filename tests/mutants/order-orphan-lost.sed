# SPDX-License-Identifier: GPL-2.0-only
# Memory whose last window closes meanwhile waits for ever.
#
# file: driver/memory/pin.c
# interleave: kvm_two_spaces
/^bool pin_go_or_wait(/,/^}/s/list_add_tail(/mutex_unlock(\&p->user_mm->lock), mutex_lock(\&p->user_mm->lock), &/
