# SPDX-License-Identifier: GPL-2.0-only
# A run is cut in its middle as if that were its end.
#
# file: driver/tce/shadow_leaf.c
s/	} else if (part->pages.n \&\& run_end(part) != run_end(run)) {/	} else if (part->pages.n == ~0U) {/
