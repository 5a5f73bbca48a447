# SPDX-License-Identifier: GPL-2.0-only
# The default window that firmware brought back is not cleared.
#
# file: driver/pe/pe_window.c
s/^\trc = hcall_clear_if_there(&pe->dflt.w, false);/\trc = 0;/
