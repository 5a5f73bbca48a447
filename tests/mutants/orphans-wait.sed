# SPDX-License-Identifier: GPL-2.0-only
# Memory that nobody owns waits until a table is closed.
#
# file: driver/memory.c
/^int memory_pin(/,/^}/s/ledger_retry(r->ledger);/cond_resched();/
