# SPDX-License-Identifier: GPL-2.0-only
# The reset of a host's function with ATS takes the PE, and its windows, from the host.
#
# file: driver/compat/ownership_device.c
# guest: resets
s/	if (IS_ERR(gp) || !is_reset(gp, dev))/	if (IS_ERR(gp) || !is_reset(gp, dev) || true)/
