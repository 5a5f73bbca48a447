# SPDX-License-Identifier: GPL-2.0-only
# A MAP does not show its memory to KVM.
#
# file: driver/space.c
s,wanted = lend_wanted(t);,wanted = false;,
