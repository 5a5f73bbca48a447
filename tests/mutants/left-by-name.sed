# SPDX-License-Identifier: GPL-2.0-only
# A window is removed by a name that may be another PE's by now.
#
# file: driver/pe/pe_window.c
s/^\tif (d->doubtful)$/\tif (d->doubtful \&\& !d->present)/
