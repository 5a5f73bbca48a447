// SPDX-License-Identifier: GPL-2.0-only
/*
 * reference.c - the arrays and lists of the reference.
 *
 * A page is vague if it may have its old or its new content after a fault. A vague page is not
 * compared, and the reference accepts what the module says of it, until a call on the page
 * succeeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/errno.h>
#include "reference.h"

#define MOST_REGIONS	48

struct page_ref {
	u64 hpa;
	u64 ua;
	u64 perm;
	bool vague;
};

/* A region, with the pages that were mapped at its registration. */
struct region_ref {
	u64 ua;
	u64 size;
	u64 *hpa;
};

struct window_ref {
	struct page_ref *page;	/* NULL: the window does not exist */
	u64 start;
	u64 pages;
	u32 shift;
};

/* A PE's windows in firmware: the default one, lent or not, and up to two others. */
struct pe_ref {
	u64 high;
	bool dflt;
	bool lent;
	u64 ddw[2];
	u32 ddws;
	/* What a fault has left of windows is not known until the PE is given back. */
	bool vague;
};

/* One IOAS. */
struct ioas_ref {
	bool v1;
	bool enabled;
	bool vague_firmware;
	struct mm_struct *owner;
	struct region_ref region[MOST_REGIONS];
	u32 regions;
	struct window_ref window[PE_WINDOWS];
	u32 order[REF_PES];
	u32 pes;
};

static struct ioas_ref ioases[REF_IOASES];
static struct ioas_ref *ref = ioases;
static struct pe_ref firmware[REF_PES];
static bool kvm_wrote;

void check_failed(const char *where, const char *cond, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: %s: ", where, cond);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

static void window_gone(struct window_ref *w)
{
	free(w->page);
	*w = (struct window_ref){ 0 };
}

void ref_reset(bool v1, const u64 high[REF_PES])
{
	u32 i;

	kvm_wrote = false;
	for (i = 0; i < REF_PES; i++)
		firmware[i] = (struct pe_ref){ .high = high[i], .dflt = true };
	for (i = 0; i < REF_IOASES; i++) {
		ref = &ioases[i];
		ref_closed(v1);
	}
	ref_use(0);
}

void ref_use(u32 ioas)
{
	ref = &ioases[ioas];
}

int ref_ioas_of(u32 pe)
{
	u32 i, k;

	for (i = 0; i < REF_IOASES; i++)
		for (k = 0; k < ioases[i].pes; k++)
			if (ioases[i].order[k] == pe)
				return i;
	return -1;
}

/* The IOAS is gone with all that it had, and a new one takes its place. */
void ref_closed(bool v1)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		window_gone(&ref->window[i]);
	for (i = 0; i < ref->regions; i++)
		free(ref->region[i].hpa);
	memset(ref, 0, sizeof(*ref));
	ref->v1 = v1;
}

/* --- windows --- */

static u64 window_size(const struct window_ref *w)
{
	return w->pages << w->shift;
}

bool ref_window(u32 num, u64 *start, u64 *size, u32 *shift)
{
	const struct window_ref *w = &ref->window[num];

	*start = w->start;
	*size = window_size(w);
	*shift = w->shift;
	return w->page;
}

static struct window_ref *window_at(u64 ioba)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (ioba - ref->window[i].start < window_size(&ref->window[i]))
			return &ref->window[i];
	return NULL;
}

u32 ref_shift(u64 ioba)
{
	const struct window_ref *w = window_at(ioba);

	return w ? w->shift : 12;
}

static bool any_vague(void)
{
	u32 i;
	u64 k;

	for (i = 0; i < PE_WINDOWS; i++)
		for (k = 0; k < ref->window[i].pages; k++)
			if (ref->window[i].page[k].vague)
				return true;
	return false;
}

static void window_new(u32 num, u64 start, u64 size, u32 shift)
{
	struct window_ref *w = &ref->window[num];

	*w = (struct window_ref){ calloc(size >> shift, sizeof(*w->page)), start, size >> shift,
				  shift };
	CHECK(w->page, "no memory");
}

/* --- firmware --- */

/* The place that firmware gives a window in one PE, or the errno if it gives none. */
static int pe_place_ref(struct pe_ref *pe, u32 shift, u64 size, u64 want, u64 *start)
{
	bool idle = pe->dflt && !pe->lent;
	u32 i;

	*start = 0;
	if (idle && shift == 12 && size <= REF_DFLT_SIZE && (want == PE_ANYWHERE || !want)) {
		pe->lent = true;
		return 0;
	}
	if (idle && !pe->ddws)
		pe->dflt = false;
	if (pe->dflt + pe->ddws == PE_WINDOWS)
		return -ENOSPC;
	if (pe->dflt || pe->ddws)
		*start = pe->high;
	for (i = 0; i < pe->ddws; i++)
		if (pe->ddw[i] == *start)
			return -ENOSPC;
	if (want != PE_ANYWHERE && want != *start)
		return -EINVAL;
	pe->ddw[pe->ddws++] = *start;
	return 0;
}

/* Creates a window in one PE: at @want, where the other PEs have it, or anywhere. */
static int pe_open_ref(struct pe_ref *pe, u32 shift, u64 size, u64 want, u64 *start)
{
	int rc = pe_place_ref(pe, shift, size, want, start);

	return rc && want != PE_ANYWHERE ? -EINVAL : rc;
}

static void pe_close_ref(struct pe_ref *pe, u64 start)
{
	if (pe->lent && !start) {
		pe->lent = false;
		return;
	}
	if (pe->ddws == 2 && pe->ddw[0] == start)
		pe->ddw[0] = pe->ddw[1];
	if (pe->ddws && !--pe->ddws)
		pe->dflt = true;
}

static void each_pe_closes(u64 start)
{
	u32 i;

	for (i = 0; i < ref->pes; i++)
		pe_close_ref(&firmware[ref->order[i]], start);
}

/* The first PE decides the window's place. The others must have the same, or all is undone. */
static int each_pe_opens(u32 shift, u64 size, u64 *start)
{
	struct pe_ref was[REF_PES];
	int rc = 0;
	u32 i;

	memcpy(was, firmware, sizeof(was));
	for (i = 0; i < ref->pes && !rc; i++)
		rc = pe_open_ref(&firmware[ref->order[i]], shift, size, i ? *start : PE_ANYWHERE,
				 start);
	if (rc)
		memcpy(firmware, was, sizeof(was));
	return rc;
}

void ref_firmware_unknown(void)
{
	u32 i;

	ref->vague_firmware = true;
	for (i = 0; i < ref->pes; i++)
		firmware[ref->order[i]].vague = true;
}

/* --- attach, detach --- */

static int join_all(struct pe_ref *pe)
{
	const struct window_ref *w = ref->window;
	u32 low = w[0].page && w[1].page && w[1].start < w[0].start;
	struct pe_ref was = *pe;
	int rc = 0;
	u32 i;

	for (i = 0; i < PE_WINDOWS && !rc; i++) {
		u64 start;

		w = &ref->window[i ^ low];
		if (w->page)
			rc = pe_open_ref(pe, w->shift, window_size(w), w->start, &start);
	}
	if (rc)
		*pe = was;
	return rc;
}

int ref_attach(u32 pe, int rc)
{
	u32 i;
	int want = 0;

	for (i = 0; i < ref->pes; i++)
		if (ref->v1 || ref->order[i] == pe)
			return -EBUSY;
	ref->vague_firmware |= firmware[pe].vague;
	if (ref->pes && rc && (ref->vague_firmware || (rc == -EBUSY && (any_vague() || kvm_wrote))))
		return rc;
	if (ref->pes) {
		want = join_all(&firmware[pe]);
		/* If firmware's windows are not known, the module's result counts. */
		want = ref->vague_firmware ? rc : want;
	} else {
		firmware[pe].lent = true;
		window_new(0, 0, REF_DFLT_SIZE, 12);
	}
	if (!want)
		ref->order[ref->pes++] = pe;
	return want;
}

static void all_pages_go(struct window_ref *w);

void ref_detach(u32 pe, bool given_back)
{
	u32 i = 0;

	firmware[pe] = (struct pe_ref){ .high = firmware[pe].high, .dflt = true,
					.vague = firmware[pe].vague && !given_back };
	while (i < ref->pes && ref->order[i] != pe)
		i++;
	if (i == ref->pes)
		return;
	ref->order[i] = ref->order[--ref->pes];
	if (ref->pes)
		return;
	ref->vague_firmware = false;
	for (i = 0; i < PE_WINDOWS; i++) {
		all_pages_go(&ref->window[i]);
		window_gone(&ref->window[i]);
	}
}

/* --- permissions --- */

static bool foreign(void)
{
	return ref->owner && ref->owner != current->mm;
}

static void adopt(void)
{
	ref->owner = current->mm;
}

void ref_owned_by(struct mm_struct *mm)
{
	if (!ref->owner)
		ref->owner = mm;
}

int ref_enable(void)
{
	if (foreign())
		return -EPERM;
	if (!ref->pes)
		return -ENODEV;
	if (ref->enabled)
		return -EBUSY;
	adopt();
	ref->enabled = true;
	return 0;
}

int ref_disable(void)
{
	u32 i;

	if (foreign())
		return -EPERM;
	for (i = 0; ref->enabled && i < PE_WINDOWS; i++)
		all_pages_go(&ref->window[i]);
	ref->enabled = false;
	return 0;
}

/* --- memory --- */

static bool within(u64 at, u64 end, u64 start, u64 size)
{
	return at >= start && end <= start + size;
}

/* Is there user memory? */
static bool exists(u64 ua, u64 size)
{
	return ref->owner == &world.mm && (within(ua, ua + size, UA, UA_SIZE) ||
					  within(ua, ua + size, HUGE_UA, HUGE_SIZE));
}

/* Is one IOMMU page registered, and physically contiguous? */
static bool registered(u64 ua, u32 shift)
{
	u32 i;

	for (i = 0; i < ref->regions; i++)
		if (within(ua, ua + (1ULL << shift), ref->region[i].ua, ref->region[i].size))
			return shift <= PAGE_SHIFT || ua >= HUGE_UA;
	return false;
}

bool ref_region(u32 i, u64 *ua, u64 *size)
{
	if (!ref->regions)
		return false;
	*ua = ref->region[i % ref->regions].ua;
	*size = ref->region[i % ref->regions].size;
	return true;
}

/* The physical addresses of a range's pages now. */
static u64 *pages_now(u64 ua, u64 size)
{
	u64 *hpa = malloc(size / PAGE_SIZE * sizeof(*hpa));
	u64 i;

	CHECK(hpa, "no memory");
	for (i = 0; i < size / PAGE_SIZE; i++)
		hpa[i] = shim_hpa(&world.mm, ua + i * PAGE_SIZE);
	return hpa;
}

/* What a device reaches at @ua once mapped: for registered memory, the pages at registration. */
static u64 hpa_of(u64 ua)
{
	u32 i;

	for (i = 0; i < ref->regions; i++) {
		const struct region_ref *r = &ref->region[i];

		if (within(ua, ua + 1, r->ua, r->size))
			return r->hpa[(ua - r->ua) / PAGE_SIZE] | (ua & ~PAGE_MASK);
	}
	return shim_hpa(&world.mm, ua);
}

static int find_region(u64 ua, u64 size)
{
	u32 i;

	for (i = 0; i < ref->regions; i++)
		if (ref->region[i].ua == ua && ref->region[i].size == size)
			return i;
	return -ENOENT;
}

int ref_register(u64 ua, u64 size)
{
	u32 i;

	if (foreign())
		return -EPERM;
	adopt();
	if (!size || (ua | size) & ~PAGE_MASK)
		return -EINVAL;
	if (find_region(ua, size) >= 0)
		return -EBUSY;
	for (i = 0; i < ref->regions; i++)
		if (ref->region[i].ua < ua + size &&
		    ua < ref->region[i].ua + ref->region[i].size)
			return -EINVAL;
	if (!exists(ua, size))
		return -EFAULT;
	CHECK(ref->regions < MOST_REGIONS, "too many regions");
	ref->region[ref->regions++] = (struct region_ref){ ua, size, pages_now(ua, size) };
	ref->enabled = true;
	return 0;
}

static bool named(u64 ua, u64 size)
{
	u32 i;
	u64 k;

	for (i = 0; i < PE_WINDOWS; i++)
		for (k = 0; k < ref->window[i].pages; k++) {
			const struct page_ref *p = &ref->window[i].page[k];

			if (p->perm && !p->vague && p->ua >= ua && p->ua < ua + size)
				return true;
		}
	return false;
}

int ref_unregister(u64 ua, u64 size, int rc)
{
	int i;

	if (foreign() || !ref->owner)
		return -EPERM;
	if (!size || (ua | size) & ~PAGE_MASK)
		return -EINVAL;
	i = find_region(ua, size);
	if (i < 0)
		return i;
	/* KVM may have counted too much. */
	if (named(ua, size) || (rc == -EBUSY && (any_vague() || kvm_wrote)))
		return -EBUSY;
	free(ref->region[i].hpa);
	ref->region[i] = ref->region[--ref->regions];
	return 0;
}

/* --- pages --- */

/* Law 9: a page that a device could write to is dirty from the moment when its TCE is cleared. */
static void page_set(struct page_ref *p, u64 ua, u64 perm)
{
	if (!p->vague && p->perm & PAPR_TCE_WRITE)
		CHECK(shim_dirty(p->hpa), "%llx is clean", (unsigned long long)p->ua);
	*p = (struct page_ref){ perm ? hpa_of(ua) : 0, ua, perm, false };
}

static void all_pages_go(struct window_ref *w)
{
	u64 k;

	for (k = 0; k < w->pages; k++)
		page_set(&w->page[k], 0, 0);
}

int ref_create(u32 shift, u64 size, u32 levels, u64 *start, int rc)
{
	u32 num = ref->window[0].page ? 1 : 0;
	int want;

	if (foreign())
		return -EPERM;
	if (!ref->pes)
		return -ENXIO;
	adopt();
	if (ref->window[num].page)
		return -ENOSPC;
	if (levels > 5 || (shift != 12 && shift != 16 && shift != 21 && shift != 24) ||
	    !size || size & (size - 1) || !(size >> shift))
		return -EINVAL;
	if (ref->vague_firmware) {
		want = rc == -ENOSPC || rc == -EINVAL ? rc : 0;
		CHECK(want || *start == 0 || *start == firmware[ref->order[0]].high,
		      "a window at %llx", (unsigned long long)*start);
		CHECK(want || !window_at(*start), "windows overlap");
	} else {
		want = each_pe_opens(shift, size, start);
	}
	if (!want)
		window_new(num, *start, size, shift);
	return want;
}

int ref_remove(u64 ioba)
{
	struct window_ref *w = window_at(ioba);

	if (foreign())
		return -EPERM;
	if (!ref->pes)
		return -ENXIO;
	adopt();
	if (!w)
		return -EINVAL;
	all_pages_go(w);
	each_pe_closes(w->start);
	window_gone(w);
	return 0;
}

/* Finds the range's window, and checks the range. */
static int range_check(u64 ioba, u64 ua, u64 size, struct window_ref **w)
{
	if (foreign() || !ref->enabled)
		return -EPERM;
	*w = window_at(ioba);
	if (!*w)
		return -ENXIO;
	if ((ioba | ua | size) & ((1ULL << (*w)->shift) - 1) || !size ||
	    size > window_size(*w) - (ioba - (*w)->start))
		return -EINVAL;
	return 0;
}

int ref_map(u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct window_ref *w;
	int rc = range_check(ioba, ua, size, &w);
	u64 at;

	if (rc)
		return rc;
	for (at = 0; at < size; at += 1ULL << w->shift)
		if (ref->v1 && !exists((ua + at) & PAGE_MASK, PAGE_SIZE))
			return -EFAULT;
		else if (!ref->v1 && !registered(ua + at, w->shift))
			return -EINVAL;
	for (at = 0; at < size; at += 1ULL << w->shift)
		page_set(&w->page[(ioba - w->start + at) >> w->shift], ua + at, perm);
	return 0;
}

int ref_unmap(u64 ioba, u64 size)
{
	struct window_ref *w;
	int rc = range_check(ioba, 0, size, &w);
	u64 at;

	for (at = 0; !rc && at < size; at += 1ULL << w->shift)
		page_set(&w->page[(ioba - w->start + at) >> w->shift], 0, 0);
	return rc;
}

/* --- KVM --- */

/*
 * The reference does not know which of the process' regions KVM found, or its pages. It only
 * checks that the page is pinned.
 */
void ref_kvm(u32 num, u64 ioba, u64 perm, bool vague)
{
	struct window_ref *w = &ref->window[num];
	struct page_ref *p = &w->page[(ioba - w->start) >> w->shift];
	u64 hpa = 0;

	kvm_wrote = true;
	if (vague) {
		p->vague = true;
		return;
	}
	page_set(p, 0, 0);
	if (!perm)
		return;
	CHECK(model_translate(world.more[ref->order[0]].hv, ioba, &hpa) == perm, "KVM at %llx",
	      (unsigned long long)ioba);
	CHECK(shim_pinned(hpa & PAGE_MASK), "KVM's page at %llx", (unsigned long long)ioba);
	*p = (struct page_ref){ .hpa = hpa, .perm = perm };
}

/* --- failed calls --- */

/*
 * A killed UNMAP stops anywhere: a page that does not translate any more is unmapped. A vague
 * page stays vague: one device's translation says nothing about the module's state, or about
 * other devices.
 */
static void page_resync(struct window_ref *w, u64 i)
{
	u64 hpa;

	if (w->page[i].vague)
		return;
	if (!model_translate(world.more[ref->order[0]].hv, w->start + (i << w->shift), &hpa))
		page_set(&w->page[i], 0, 0);
}

void ref_failed(u64 ioba, u64 size, enum ref_failure how)
{
	struct window_ref *w = window_at(ioba);
	u64 i, end;

	if (!w || how == REF_AS_BEFORE)
		return;
	i = size ? (ioba - w->start) >> w->shift : 0;
	end = size ? i + (size >> w->shift) : w->pages;
	for (; i < end && i < w->pages; i++)
		if (how == REF_PART_GONE)
			page_resync(w, i);
		else
			w->page[i].vague = true;
}

/* --- the hypervisor's side --- */

static void page_compare(u32 pe, const struct page_ref *p, u64 ioba, u32 shift)
{
	u64 last = (1ULL << shift) - 1;
	u64 hpa = 0;
	u64 perm;

	if (p->vague)
		return;
	perm = model_translate(world.more[pe].hv, ioba, &hpa);
	CHECK(perm == p->perm, "pe %u, %llx: permission %llx, not %llx", pe,
	      (unsigned long long)ioba, (unsigned long long)perm,
	      (unsigned long long)p->perm);
	CHECK(!perm || hpa == p->hpa, "pe %u, %llx is %llx", pe,
	      (unsigned long long)ioba, (unsigned long long)hpa);
	CHECK(model_translate(world.more[pe].hv, ioba + last, &hpa) == perm, "its last byte");
	CHECK(!perm || hpa == p->hpa + last, "its last byte");
}

static void window_compare(const struct window_ref *w, u64 first, u64 n)
{
	u32 k;
	u64 i;

	for (k = 0; k < ref->pes; k++)
		for (i = first; i < w->pages && i < first + n; i++)
			page_compare(ref->order[k], &w->page[i], w->start + (i << w->shift),
				     w->shift);
}

/* Also compares one page on either side. */
void ref_compare(u64 ioba, u64 size)
{
	const struct window_ref *w = window_at(ioba);
	u64 first;

	if (!w)
		return;
	first = (ioba - w->start) >> w->shift;
	window_compare(w, first ? first - 1 : 0, (size >> w->shift) + 2);
}

static u64 window_valid_pages(const struct window_ref *w)
{
	u64 n = 0;
	u64 i;

	for (i = 0; i < w->pages; i++)
		n += !!w->page[i].perm;
	return n;
}

static void ioas_compare(void)
{
	u64 valid = 0;
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++) {
		window_compare(&ref->window[i], 0, ref->window[i].pages);
		valid += window_valid_pages(&ref->window[i]);
	}
	for (i = 0; i < ref->pes && !any_vague() && !ref->vague_firmware; i++)
		CHECK(model_valid(world.more[ref->order[i]].hv) == valid,
		      "a device reaches more than it should");
}

void ref_compare_all(void)
{
	struct ioas_ref *now = ref;

	for (ref = ioases; ref < ioases + REF_IOASES; ref++)
		ioas_compare();
	ref = now;
}
