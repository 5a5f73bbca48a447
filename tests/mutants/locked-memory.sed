# SPDX-License-Identifier: GPL-2.0-only
# Locked memory of a window is not given back.
#
# file: driver/shadow.c
s/^\t\taccount_locked_vm(s->mm, s->charged, false);/\t\t;/
