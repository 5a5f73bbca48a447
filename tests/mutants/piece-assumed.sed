# SPDX-License-Identifier: GPL-2.0-only
# A page passes for the next one of a run though others lie in between.
#
# file: driver/memory/page_runs.c
s/return pfn - (run >> PAGE_RUNS_BLOCK_SHIFT) ==/return pfn - (run >> PAGE_RUNS_BLOCK_SHIFT) >=/
