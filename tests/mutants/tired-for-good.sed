# SPDX-License-Identifier: GPL-2.0-only
# A call that met a busy hypervisor leaves the later ones without patience.
#
# file: driver/table.c
s/^\tt->tired = false;$/\t(void)t;/
