# SPDX-License-Identifier: GPL-2.0-only
# A PE stays in the host's limited-address mode where firmware brings its default window back.
#
# file: driver/pe/pe.c
s/: pe_default_back(pe);$/: pe_default_back(pe) ?: 1;/
s/^\treturn rc ? rc : hcall_clear(&pe->dflt.w, true);/&/
s/^\tif (rc || !pe->addr.limited)$/\tif (rc == 1)\n\t\trc = pe->addr.limited = 0;\n&/
