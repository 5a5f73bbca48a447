# SPDX-License-Identifier: GPL-2.0-only
# A call takes its reference on a container when that may be gone.
#
# file: driver/vfio/container.c
# interleave: call_close_reboot
/^static struct container \*container_find(/,/^}/{
/rcu_read_/d
}
