# SPDX-License-Identifier: GPL-2.0-only
# What a window's KVM lost is forgotten with the window.
#
# file: driver/kvm/kvm_mapped.c
s/l->lost + atomic64_read(&y->counted)/l->lost/
