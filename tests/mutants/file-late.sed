# SPDX-License-Identifier: GPL-2.0-only
# UNMAP leaves it to UNREGISTER to tell a file's system of what was written.
#
# file: driver/tce/unmap_many.c
s/for (; t->regions->files && /for (; !t->regions->files \&\& /
