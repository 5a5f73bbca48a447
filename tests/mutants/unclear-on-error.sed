# SPDX-License-Identifier: GPL-2.0-only
# TCEs of a failed batch count as known.
#
# file: driver/tce/batch.c
s/^\t\ttce |= SHADOW_UNKNOWN;/\t\ttce |= 0;/
