# SPDX-License-Identifier: GPL-2.0-only
# A call that met a busy hypervisor leaves the later ones without patience.
#
# file: driver/call.c
s/^\tc->tired = false;$/\t;/
