# SPDX-License-Identifier: GPL-2.0-only
# Each close waits for KVM, also where it is not loaded.
#
# file: driver/compat/kvm_loaded.h
# guest: puts
s/^		return false;$/		return true;/
