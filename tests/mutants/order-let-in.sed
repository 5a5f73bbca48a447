# SPDX-License-Identifier: GPL-2.0-only
# Calls are let in while the machine goes down.
#
# file: driver/vfio/container.c
# interleave: open_reboot
s/late || !READ_ONCE(closed) ? container_at/late || containers_open ? container_at/;s/^static bool closed;/static bool closed, containers_open = true;/
