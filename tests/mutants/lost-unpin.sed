# SPDX-License-Identifier: GPL-2.0-only
# A region that is unregistered stays pinned.
#
# file: driver/memory/regions.c
s/rc = pin_release(r->pin);/rc = 0;/
