# SPDX-License-Identifier: GPL-2.0-only
# Slots are brought for entries behind the window's end, too.
#
# file: driver/tce/shadow.c
/^void shadow_populate_near(/,/^}/s/min(s->tces, (first + n + mask) & ~mask)/(first + n + mask) \& ~mask/
