// SPDX-License-Identifier: GPL-2.0-only
/*
 * sequence.c - makes the calls, and says what they return.
 *
 * Every argument comes from a generator of random numbers, and the windows are known from answers
 * alone. So two hypervisors that give the same answers get the same calls. Most arguments are good;
 * some are just out of range, where one hypervisor may differ from another. Tables are read back
 * from time to time and reduced to a number.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "hv/papr.h"
#include "sequence.h"

#define KNOWN		6	/* windows that are remembered, also after their removal */
#define MOST_SHIFT	11	/* log2 of the TCEs of a created window, at most */
#define DIGEST_EVERY	40

/**
 * struct known - a window that was there once
 * @liobn:      its name
 * @start:      its first bus address
 * @tces:       its entries
 * @page_shift: log2 of its page size
 */
struct known {
	u32 liobn;
	u64 start;
	u64 tces;
	u32 page_shift;
};

static const struct subject *subject;
static struct known known[KNOWN];
static u32 n_known;
static u64 seed_now;

/* The splitmix64 generator. */
static u64 any(void)
{
	u64 z = seed_now += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* A number below @n. */
static u32 below(u32 n)
{
	return (u32)any() % n;
}

static bool chance(u32 percent)
{
	return below(100) < percent;
}

static const struct known *any_window(void)
{
	return &known[below(n_known)];
}

static u64 any_index(const struct known *w)
{
	u32 tces = (u32)w->tces;

	if (chance(15))
		return tces - 1 - below(tces < 8 ? tces : 8);
	if (chance(4))
		return tces + below(4);
	return below(tces);
}

static u64 any_ioba(const struct known *w)
{
	u64 ioba = w->start + (any_index(w) << w->page_shift);

	if (chance(2))
		return w->start - 1 - below(4096);
	return chance(10) ? ioba + below(1U << w->page_shift) : ioba;
}

static u64 any_liobn(const struct known *w)
{
	if (chance(2))
		return w->liobn | 1ULL << 32;
	return chance(3) ? w->liobn + below(4) : w->liobn;
}

static u64 any_tce(void)
{
	return chance(30) ? any() & ~3ULL : any();
}

/* The number of entries: mostly a batch, sometimes none or more than a batch may have. */
static u64 any_count(const struct known *w)
{
	if (chance(3))
		return 0;
	if (chance(5))
		return PAPR_MAX_TCES + below(2);
	if (chance(5))
		return w->tces + below(2);
	return 1 + below(PAPR_MAX_TCES);
}

static void do_put(u32 step)
{
	const struct known *w = any_window();
	u64 liobn = any_liobn(w), ioba = any_ioba(w), tce = any_tce();

	say("%u put %llx %llx %llx: %ld", step, liobn, ioba, tce, papr_put_tce(liobn, ioba, tce));
}

static void do_get(u32 step)
{
	const struct known *w = any_window();
	u64 liobn = any_liobn(w), ioba = any_ioba(w), tce = 0;
	long rc = papr_get_tce(liobn, ioba, &tce);

	say("%u get %llx %llx: %ld %llx", step, liobn, ioba, rc, rc ? 0 : tce);
}

static void do_indirect(u32 step)
{
	const struct known *w = any_window();
	u64 liobn = any_liobn(w), ioba = any_ioba(w), n = any_count(w);
	__be64 *list = subject->list + (chance(3) ? 1 : 0);
	u32 i;

	for (i = 0; i < PAPR_MAX_TCES; i++)
		subject->list[i] = cpu_to_be64(any_tce());
	say("%u indirect %llx %llx %u %llu: %ld", step, liobn, ioba, list != subject->list, n,
	    papr_put_tce_indirect(liobn, ioba, list, n));
}

static void do_stuff(u32 step)
{
	const struct known *w = any_window();
	u64 liobn = any_liobn(w), ioba = any_ioba(w), n = any_count(w);
	u64 tce = chance(50) ? 0 : any_tce();

	say("%u stuff %llx %llx %llx %llu: %ld", step, liobn, ioba, tce, n,
	    papr_stuff_tce(liobn, ioba, tce, n));
}

static void pe_args(u32 *args)
{
	args[0] = 0;
	args[1] = subject->buid >> 32;
	args[2] = (u32)subject->buid;
	if (chance(3))
		args[2] ^= 1U << 20;
}

static void do_query(u32 step)
{
	u32 args[3], rets[5] = { 0 };
	int nret = chance(50) ? 6 : chance(90) ? 5 : 4;
	int status;

	pe_args(args);
	status = papr_rtas(subject->token[0], 3, nret, args, rets);
	if (status)
		memset(rets, 0, sizeof(rets));
	say("%u query %x %d: %d %x %x %x %x %x", step, args[2], nret, status, rets[0], rets[1],
	    rets[2], rets[3], rets[4]);
}

static void remember(const struct known *w)
{
	u32 i = n_known < KNOWN ? n_known++ : 1 + below(KNOWN - 1);

	known[i] = *w;
}

static void do_create(u32 step)
{
	static const u32 shifts[] = { 12, 16, 16, 21, 24, 13, 25 };
	u32 args[5], rets[3] = { 0 };
	int status;

	pe_args(args);
	args[3] = shifts[below(ARRAY_SIZE(shifts))];
	args[4] = chance(5) ? args[3] - 1 : args[3] + below(MOST_SHIFT + 1);
	status = papr_rtas(subject->token[1], 5, 4, args, rets);
	if (status)
		memset(rets, 0, sizeof(rets));
	say("%u create %x %u %u: %d %x %x %x", step, args[2], args[3], args[4], status, rets[0],
	    rets[1], rets[2]);
	if (!status)
		remember(&(struct known){ rets[0], (u64)rets[1] << 32 | rets[2],
					  1ULL << (args[4] - args[3]), args[3] });
}

static void do_remove(u32 step)
{
	u32 liobn = chance(5) ? any_window()->liobn + 2 : any_window()->liobn;

	say("%u remove %x: %d", step, liobn,
	    papr_rtas(subject->token[2], 1, 1, &liobn, NULL));
}

static void do_reset(u32 step)
{
	u32 args[4] = { 0 };
	int nargs = chance(80) ? 3 : 4;

	pe_args(args);
	args[3] = 1;
	say("%u reset %x %d: %d", step, args[2], nargs,
	    papr_rtas(subject->token[3], nargs, 1, args, NULL));
}

/* FNV-1a over all that can be read of a window. */
static u64 digest(const struct known *w)
{
	u64 d = 0xcbf29ce484222325ULL;
	u64 i;

	for (i = 0; i < w->tces; i++) {
		u64 tce = 0;
		long rc = papr_get_tce(w->liobn, w->start + (i << w->page_shift), &tce);

		d = (d ^ (rc ? (u64)rc : tce)) * 0x100000001b3ULL;
	}
	return d;
}

static void do_digests(u32 step)
{
	u32 i;

	for (i = 0; i < n_known; i++)
		say("%u digest %x %llx: %llx", step, known[i].liobn, known[i].start,
		    digest(&known[i]));
}

static void do_any(u32 step)
{
	static void (*const acts[])(u32 step) = {
		do_put, do_put, do_put, do_get, do_get, do_indirect, do_indirect, do_indirect,
		do_stuff, do_stuff, do_query, do_create, do_create, do_remove, do_remove,
	};

	if (chance(2))
		do_reset(step);
	else
		acts[below(ARRAY_SIZE(acts))](step);
}

static void start_afresh(void)
{
	const u32 args[3] = { 0, subject->buid >> 32, (u32)subject->buid };

	say("reset: %d", papr_rtas(subject->token[3], 3, 1, args, NULL));
}

void sequence_run(const struct subject *s, u64 seed, u32 steps)
{
	u32 step;

	subject = s;
	seed_now = seed;
	known[0] = (struct known){ s->liobn, s->start, s->tces, 12 };
	n_known = 1;
	start_afresh();
	for (step = 1; step <= steps; step++) {
		do_any(step);
		if (step % DIGEST_EVERY == 0)
			do_digests(step);
	}
	start_afresh();
}
