# SPDX-License-Identifier: GPL-2.0-only
# What a user left is cleared by its name when the next one comes.
#
# file: driver/pe/pe.c
/^static void pe_evict/,/^}/s/^\tpe_default_clear(pe);$/\thcall_clear(\&pe->ddw[0].w, false);\n&/
