# SPDX-License-Identifier: GPL-2.0-only
# The kernel's release is called though the default window's property is in no place.
#
# file: driver/compat/ownership_device.c
# guest: own
s/return !dflt && !saved && !property_add(gp, gp->saved);/return false;/
