# SPDX-License-Identifier: GPL-2.0-only
# v1: a file's page that a device could write to is unpinned at once.
#
# file: driver/memory/v1_pages.c
s/if (lp->written \&\& page_of_file(pfn_to_page(pfn)))/if (false)/
