# SPDX-License-Identifier: GPL-2.0-only
# A default window that went with its PE keeps its user's memory pinned.
#
# file: driver/pe/pe_window.c
s/^\tif (rc == -ENXIO && !pe_default_there(pe))$/\tif (rc == -ENXIO \&\& 0)/
