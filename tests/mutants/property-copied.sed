# SPDX-License-Identifier: GPL-2.0-only
# What comes back to the device tree is a copy, each time.
#
# file: driver/compat/ownership_host_windows.c
# guest: 6.1:own
s/rc = of_changeset_add_property(&set, gp->node, prop);/rc = of_changeset_add_property(\&set, gp->node, group_property_copy(prop->name, prop));/
