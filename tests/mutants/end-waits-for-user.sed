# SPDX-License-Identifier: GPL-2.0-only
# Memory of a window is given back before the other windows are taken away.
#
# file: driver/ioas/ioas.c
/^static void ioas_drop_pe(/,/^}/s/stuck = windows_del_pe(&s->windows, pe);/&\n\twindows_reap(\&s->windows);/
