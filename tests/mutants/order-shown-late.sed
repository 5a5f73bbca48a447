# SPDX-License-Identifier: GPL-2.0-only
# UNREGISTER does not care that a region is being shown to KVM.
#
# file: driver/memory/pin.c
# interleave: kvm_show_unregister
/^static int pin_leave(/,/^}/s/p->kvm == PIN_ENTERING/!p->pages/
