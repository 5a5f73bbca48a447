# SPDX-License-Identifier: GPL-2.0-only
# Memory that nobody owns waits until a table is closed.
#
# file: driver/memory/pin.c
s/pin_retry(l, PIN_RETRIES);/cond_resched();/
