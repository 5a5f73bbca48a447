# SPDX-License-Identifier: GPL-2.0-only
# A MAP does not show its memory to KVM.
#
# file: driver/ioas/ioas.c
s,wanted = kvm_table_wanted(t);,wanted = false;,
