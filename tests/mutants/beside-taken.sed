# SPDX-License-Identifier: GPL-2.0-only
# A PE whose user was there first is taken for the host's.
#
# file: driver/compat/ownership_replace.c
# guest: beside
s/user ? &passing : &replaced/user \& 0 ? \&passing : \&replaced/
