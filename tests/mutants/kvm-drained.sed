# SPDX-License-Identifier: GPL-2.0-only
# Counts are dropped while KVM has a table of the address space.
#
# file: driver/tally.c
/^static long tally_put_locked(/,/^}/s/tally_any(mm)/tally_any(NULL)/
