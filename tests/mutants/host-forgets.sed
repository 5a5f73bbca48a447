# SPDX-License-Identifier: GPL-2.0-only
# A half-filled window of the host's is forgotten.
#
# file: driver/compat/ownership_host_windows.c
# guest: 6.1:inject
s/^\t\tpe_leave_behind(&gp->pe, w);/\t\t;/
