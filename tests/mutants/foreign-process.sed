# SPDX-License-Identifier: GPL-2.0-only
# Another process may use the container.
#
# file: driver/memory/regions.h
s/return m->mm && m->mm != current->mm;/return false \&\& m->mm;/
