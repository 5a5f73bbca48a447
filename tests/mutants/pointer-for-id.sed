# SPDX-License-Identifier: GPL-2.0-only
# VFIO is handed a pointer, and calls may come after its end.
#
# file: driver/vfio/container.c
# guest: life TESTS=race
s/return (void \*)(unsigned long)id;/return c;/
s/c = xa_load(&containers, (unsigned long)data);/c = data;/
s/struct container \*c = xa_erase(&containers, (unsigned long)data);/struct container *c = data;/
