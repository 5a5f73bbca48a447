# SPDX-License-Identifier: GPL-2.0-only
# What answers by the default window's name is handed out as that window, though it is another one.
#
# file: driver/pe/pe_window.c
s/pe->dflt.present = !rc && !pe_default_has_namesake(pe);/pe->dflt.present = !rc || (0 \&\& pe_default_has_namesake(pe));/
