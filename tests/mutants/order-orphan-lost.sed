# SPDX-License-Identifier: GPL-2.0-only
# Memory whose last window closes meanwhile waits for ever.
#
# file: driver/tally.c
# interleave: kvm_two_spaces
/^void tally_orphan(/,/^}/s/if (!open)/if (open > TALLY_MOST_LOST)/
