# SPDX-License-Identifier: GPL-2.0-only
#
# Where the run that was found last is noted is read and written as if nobody else did
#
# interleave: page_page_runs
# file: driver/memory/page_runs.c
s/WRITE_ONCE(r->last, at)/r->last = at/
