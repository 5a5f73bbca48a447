# SPDX-License-Identifier: GPL-2.0-only
# KVM is taken to be absent while it is loaded: tables go while it may be in their operations.
#
# file: driver/compat/kvm_loaded.h
# guest: puts
/__symbol_put(function)/,/^}/s/return true;/return false;/
