// SPDX-License-Identifier: GPL-2.0-only
/*
 * HAVE_LAX_READONLY_PINS: a page of private memory that is pinned for reading stays shared with
 * others, so that what its process writes later goes to another page (until 6.1). In 6.2, with
 * "mm/gup: reliable R/O long-term pinning in COW mappings", the kernel makes such a page the
 * process's own, and gup_must_unshare() got another parameter.
 */
#include <linux/mm.h>

bool probe_must_unshare(struct page *page);
bool probe_must_unshare(struct page *page)
{
	return gup_must_unshare(0, page);
}
