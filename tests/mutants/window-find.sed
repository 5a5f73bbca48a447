# SPDX-License-Identifier: GPL-2.0-only
# The address behind a window belongs to it.
#
# file: driver/ioas/window.c
s/ioba - t->w.start < t->w.size/ioba - t->w.start <= t->w.size/
