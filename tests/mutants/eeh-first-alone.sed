# SPDX-License-Identifier: GPL-2.0-only
# The first PE that does not answer 0 ends an EEH operation.
#
# file: driver/vfio/eeh.c
s/i < t->n; i++) {/i < t->n \&\& !result; i++) {/
