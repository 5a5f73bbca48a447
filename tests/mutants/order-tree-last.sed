# SPDX-License-Identifier: GPL-2.0-only
# PEs are forgotten while buses still tell of devices: one is met again.
#
# file: driver/group/group_hotplug.c
# interleave: host_bind_unload
/^void group_exit(/,/^}/{/^	bus_unregister_notifier(/d;s/^	of_reconfig_notifier_unregister(.*/&\n	bus_unregister_notifier(\&pci_bus_type, \&group_bus_nb);/}
