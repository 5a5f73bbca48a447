# SPDX-License-Identifier: GPL-2.0-only
# Calls are let in while the machine goes down.
#
# file: driver/container.c
# interleave: open_reboot
s/late || !READ_ONCE(closed) ? xa_load/late || containers_open ? xa_load/;s/^static bool closed;/static bool closed, containers_open = true;/
