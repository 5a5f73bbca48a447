# SPDX-License-Identifier: GPL-2.0-only
# A call that met a busy hypervisor leaves the later ones without patience.
#
# file: driver/tce/range_lock.c
/^static bool range_lock_try(/,/^}/s/^\t\t(\*c)->tired = false;$//
