# SPDX-License-Identifier: GPL-2.0-only
# A PE is handed out with what a former owner left in it.
#
# file: driver/pe/pe.c
s/^\tif (pe_left_live(pe)) {/\tif (!pe \&\& pe_left_live(pe)) {/
