# SPDX-License-Identifier: GPL-2.0-only
# Locked memory of a window is not given back.
#
# file: driver/tce/shadow.c
s/account_locked_vm(s->mm, s->charged, false);/account_locked_vm(s->mm, 0, false);/
