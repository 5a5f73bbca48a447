# SPDX-License-Identifier: GPL-2.0-only
# The module can be unloaded while a call still waits for its user's memory.
#
# file: driver/vfio/container.c
# guest: stuck
s/__module_get(THIS_MODULE);/;/
s/module_put(THIS_MODULE);/;/
