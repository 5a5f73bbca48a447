# SPDX-License-Identifier: GPL-2.0-only
# KVM finds what is mapped now, devices reach what was registered.
#
# file: driver/memory/pin_kvm.c
s/if (mem \&\& !pin_same(p, mem))/if (mem \&\& !pin_same(p, mem) \&\& !l)/
