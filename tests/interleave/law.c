// SPDX-License-Identifier: GPL-2.0-only
/*
 * law.c - hypercalls as places, and two checks.
 *
 * The checks find a page that is unpinned while a TCE reaches it, and a written page that is not
 * marked dirty.
 *
 * By the linker's --wrap, calls of the model's and the shim's functions come to the functions
 * here first.
 */
#include <linux/mm.h>
#include <asm/byteorder.h>
#include "internal.h"
#include "law.h"
#include "schedule.h"
#include "world.h"

#define MOST_PAGES	256

long __real_papr_get_tce(u64 liobn, u64 ioba, u64 *tce);
long __real_papr_put_tce(u64 liobn, u64 ioba, u64 tce);
long __real_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n);
long __real_papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n);
int __real_papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets);
void __real_shim_unpin(struct page *page);

long __wrap_papr_get_tce(u64 liobn, u64 ioba, u64 *tce);
long __wrap_papr_put_tce(u64 liobn, u64 ioba, u64 tce);
long __wrap_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n);
long __wrap_papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n);
int __wrap_papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets);
void __wrap_shim_unpin(struct page *page);

static bool faulty;
/* Pages that a device could write to. */
static u64 written[MOST_PAGES];
static u32 n_written;
/* The object that stands for the hypervisor; each table is an object of its own, too. */
static char hypervisor;

void law_begin(bool with_fault)
{
	faulty = with_fault;
	n_written = 0;
}

static void call(const char *what, const void *where, u64 liobn)
{
	schedule_at(&(struct step){ .what = what, .where = where,
				    .object = { &hypervisor, (void *)(unsigned long)liobn },
				    .writes = { faulty || !liobn, true }, .apart = true });
}

static void note(u64 tce)
{
	u64 page = tce & PAGE_MASK;
	u32 i = 0;

	if (!(tce & PAPR_TCE_WRITE))
		return;
	while (i < n_written && written[i] != page)
		i++;
	if (i == MOST_PAGES)
		schedule_wrong("too many pages");
	if (i == n_written)
		written[n_written++] = page;
}

static void note_valid(const struct model_window *w, u64 ioba, u64 tce, void *ctx)
{
	if (tce < MODEL_GARBAGE)
		note(tce);
}

/* Notes all valid TCEs: a call that failed may still have done its work. */
static void note_what_is_there(void)
{
	struct endpoint *e;
	u32 i;

	for (i = 0; (e = world_endpoint(i)); i++)
		if (e->host_left)
			model_for_each_valid(e->hv, note_valid, NULL);
}

long __wrap_papr_get_tce(u64 liobn, u64 ioba, u64 *tce)
{
	call("H_GET_TCE", __builtin_return_address(0), liobn);
	return __real_papr_get_tce(liobn, ioba, tce);
}

long __wrap_papr_put_tce(u64 liobn, u64 ioba, u64 tce)
{
	long rc;

	call("H_PUT_TCE", __builtin_return_address(0), liobn);
	rc = __real_papr_put_tce(liobn, ioba, tce);
	if (rc)
		note_what_is_there();
	else
		note(tce);
	return rc;
}

long __wrap_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n)
{
	long rc;
	u64 i;

	call("H_PUT_TCE_INDIRECT", __builtin_return_address(0), liobn);
	rc = __real_papr_put_tce_indirect(liobn, ioba, list, n);
	if (rc)
		note_what_is_there();
	for (i = 0; !rc && i < n; i++)
		note(be64_to_cpu(list[i]));
	return rc;
}

long __wrap_papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n)
{
	call("H_STUFF_TCE", __builtin_return_address(0), liobn);
	return __real_papr_stuff_tce(liobn, ioba, tce, n);
}

int __wrap_papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets)
{
	call("RTAS", __builtin_return_address(0), 0);
	return __real_papr_rtas(token, nargs, nret, args, rets);
}

static void compare(const struct model_window *w, u64 ioba, u64 tce, void *hpa)
{
	if ((tce & PAGE_MASK) == *(u64 *)hpa)
		schedule_wrong("%llx is unpinned while the TCE of %x at %llx reaches it",
			       (unsigned long long)*(u64 *)hpa, w->liobn, (unsigned long long)ioba);
}

static void check_unreachable(struct page *page)
{
	u64 hpa = (u64)page_to_pfn(page) << PAGE_SHIFT;
	struct endpoint *e;
	u32 i;

	for (i = 0; page->pins == 1 && (e = world_endpoint(i)); i++)
		model_for_each_valid(e->hv, compare, &hpa);
}

void __wrap_shim_unpin(struct page *page)
{
	check_unreachable(page);
	__real_shim_unpin(page);
}

void law_check_dirty(void)
{
	u32 i;

	for (i = 0; i < n_written; i++)
		if (!shim_dirty(written[i]))
			schedule_wrong("%llx was written to and is not dirty",
				       (unsigned long long)written[i]);
}
