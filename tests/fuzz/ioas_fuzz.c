// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioas_fuzz.c - the module's ioas_* functions and the reference, compared step by step.
 *
 * The input is a byte of settings and then one record per step. A fault may be armed for a step.
 * The step's result, and what devices reach after it, must be as the reference says; a call that
 * failed by its fault must have changed nothing. Sometimes, and at the end, the walker (walk.c)
 * checks the inside. There are two IOASes of one process, each of which may end and begin anew;
 * two PEs, each in one of the IOASes, or taken and in none; and KVM, which has found a window and
 * writes to it at any time.
 *
 * FUZZ_TRACE=1 in the environment prints each step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/errno.h>
#include "kvm.h"
#include "reference.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_STEPS	96
#define STEPS_PER_WALK	12

/* The byte of settings. */
#define SET_V1		1
#define SET_OTHER_HIGH	2	/* the second PE has its dynamic windows in another place */
#define SET_NO_INDIRECT	4
#define SET_NO_STUFF	8
#define SET_KILL	16	/* the IOAS ends before its PEs leave */
#define SET_ATTACHED	32	/* it begins with a PE and registered memory */
#define SET_KVM		64	/* ... and KVM has found the PE's window */
#define SET_SECOND	128	/* the second IOAS has the other PE, and the same memory */

/**
 * struct step - a record of the input
 * @what:   the call, and its IOAS
 * @anchor: place on the bus, page sizes, calling process
 * @offset: in pages, from the anchor
 * @pages:  how many
 * @mem:    place in user memory
 * @fault:  what fails during the call
 */
struct step {
	u8 what;
	u8 anchor;
	u8 offset[2];
	u8 pages[2];
	u8 mem;
	u8 fault;
};

/* The effect that a fault may have on its call. */
enum effect {
	NO_FAULT,
	TAKEN_BACK,	/* if the call fails, all is as before */
	KILLED,		/* the same, but an UNMAP may be done in part */
	BEYOND_REPAIR	/* TCEs may be left in an unknown state */
};

static struct {
	bool v1;
	bool trace;
	bool quarantine;	/* pages may stay pinned for good */
	bool over;		/* an ended IOAS has left pinned pages that only it knows */
	bool refused;		/* the host got a PE while the hypervisor refused everything */
	enum effect effect;
	u64 waited;		/* waits for a busy hypervisor, before the step */
	u32 num;		/* the IOAS of this step */
	struct ioas *ioas;
	struct kvm_table *kvm;	/* the table that KVM has found */
} run;

static void turn_of(u32 num)
{
	run.num = num;
	run.ioas = world_ioas(num);
	ref_use(num);
}

static u32 number(const u8 b[2])
{
	return b[0] | (u32)b[1] << 8;
}

/* --- faults --- */

static const u64 nths[] = { 1, 2, 3, 4, 6, 9, 17, 40 };

static enum effect arm_calls(u64 nth, u64 times, u8 how)
{
	model_fail(&(struct model_fault){ .nth = nth, .times = times, .when = how % 3,
					  .hcall = how & 4 ? PAPR_H_NOT_ENOUGH_RESOURCES : 0 });
	return times > 1 ? BEYOND_REPAIR : TAKEN_BACK;
}

static enum effect arm_busy(u8 how)
{
	/* Busy for longer than the driver waits, or for a short time. */
	model_busy(~0U, how & 1 ? MODEL_FOREVER : 3, how & 1 ? 9904 : PAPR_H_BUSY,
		   PAPR_RTAS_BUSY);
	return how & 1 ? BEYOND_REPAIR : NO_FAULT;
}

static enum effect arm(const struct step *s)
{
	u64 nth = nths[s->fault & 7];

	run.waited = shim_slept_ms() + model_waits();
	if ((s->fault & 0xc0) != 0xc0)
		return NO_FAULT;
	switch (s->fault >> 3 & 7) {
	case 0:
		shim_fail_alloc(nth);
		return TAKEN_BACK;
	case 1:
		shim_fail_pin(nth);
		return TAKEN_BACK;
	case 2:
		shim_kill_at(nth);
		return KILLED;
	case 3:
		return arm_busy(s->mem >> 7 | nth);
	case 4:
		world.publish_rc = -ENOMEM;
		return TAKEN_BACK;
	case 5:
		return arm_calls(nth, nth & 1 ? 2 : MODEL_FOREVER, s->offset[0] ^ s->pages[0]);
	default:
		return arm_calls(nth, 1, s->offset[0] ^ s->pages[0]);
	}
}

static bool met(void)
{
	bool busy = shim_slept_ms() + model_waits() != run.waited;

	return run.effect != NO_FAULT &&
	       (busy || model_failed() || world.publish_rc || !shim_alloc_armed() ||
		!shim_pin_armed() || !shim_kill_armed());
}

static void disarm(void)
{
	shim_fail_alloc(0);
	shim_fail_pin(0);
	shim_kill_at(0);
	model_fail(NULL);
	model_busy(0, 0, 0, 0);
	world.publish_rc = 0;
}

/* --- from a record to arguments --- */

static u64 ioba_of(const struct step *s)
{
	u64 start[PE_WINDOWS], size[PE_WINDOWS];
	u32 shift, unused;
	s64 offset;
	u64 anchor;
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		ref_window(i, &start[i], &size[i], &unused);
	i = s->anchor & 1;
	anchor = start[i];
	offset = number(s->offset) & 0xfff;
	if (s->anchor & 2) {
		anchor += size[i];
		offset = -(s64)(offset & 0x3ff);
	}
	shift = ref_shift(s->anchor & 2 ? anchor - 1 : anchor);
	return anchor + ((u64)offset << shift) + (s->anchor & 0x80 ? 0x800 : 0);
}

/* Often one page, often a few, seldom thousands. */
static u64 pages_of(const struct step *s)
{
	u32 n = number(s->pages);

	return n >> 14 == 3 ? n & 0xfff : n >> 14 == 2 ? n & 0x3ff : n & 0xf;
}

/* Pages of a range; near a window's end sometimes about as many as are left. */
static u64 range_pages(const struct step *s)
{
	if ((s->anchor & 2) && (s->pages[1] & 0x20))
		return (number(s->offset) & 0x3ff) + s->pages[0] % 3 - 1;
	return pages_of(s);
}

static u64 ua_of(const struct step *s)
{
	if (s->mem & 0x20)
		return HUGE_UA + (s->mem & 0x1f) * 2 * MiB;
	if (s->mem & 0x40)
		return UA + UA_SIZE - (s->mem & 0x1f) * 64 * KiB;
	return UA + (s->mem & 0x1f) * 256 * KiB;
}

/* Mostly memory that was registered: a page of it, or all of it. */
static bool known_memory(const struct step *s, u64 *ua, u64 *size)
{
	return !(s->anchor & 4) && ref_region(s->mem & 0x1f, ua, size);
}

static u64 mapped_ua_of(const struct step *s, u32 shift)
{
	u64 ua, size;

	if (!known_memory(s, &ua, &size))
		return ua_of(s);
	return ua + (((u64)s->pages[1] << 2 | s->offset[1] >> 6) << shift) % size;
}

/* The size to register: whole pages, except if the record says otherwise. */
static u64 range_of(const struct step *s)
{
	u64 size = s->mem & 0x20 ? pages_of(s) % 64 * 2 * MiB : pages_of(s) * 4 * KiB;

	return s->anchor & 0x80 ? size : ALIGN(size, PAGE_SIZE);
}

/* --- the calls --- */

static void tell(const char *what, int rc, u64 a, u64 b, u64 c)
{
	if (run.trace)
		fprintf(stderr, "%u %-10s %llx %llx %llx = %d%s\n", run.num, what,
			(unsigned long long)a, (unsigned long long)b, (unsigned long long)c, rc,
			met() ? " (fault)" : run.effect ? " (fault not met)" : "");
}

/* A call that failed by its fault is not compared with the reference. */
static bool excused(int rc)
{
	bool failed = rc && met();

	if (failed)
		ref_owned_by(run.ioas->regions.mm);
	if (failed)
		CHECK(rc == -EIO || rc == -ENOMEM || rc == -EINTR || rc == -EFAULT ||
		      rc == -ENOSPC || rc == -EINVAL || rc == -ENXIO || rc == -EPERM ||
		      rc == -EBUSY || rc == -ENOENT || rc == -ENODEV, "errno %d", -rc);
	return failed;
}

static void expect(const char *what, int rc, int want)
{
	CHECK(rc == want, "%s returned %d, not %d", what, rc, want);
}

static enum ref_failure failure(bool unmaps)
{
	/* The older API's MAP can fail half-way by itself: then the fault hit the undo. */
	if (run.effect == BEYOND_REPAIR || (run.v1 && model_failed()))
		return REF_UNKNOWN;
	return run.effect == KILLED && unmaps ? REF_PART_GONE : REF_AS_BEFORE;
}

static void do_map(const struct step *s)
{
	u64 ioba = ioba_of(s), perm = 1 + (s->mem >> 6) % 3;
	u64 size = range_pages(s) << ref_shift(ioba), ua = mapped_ua_of(s, ref_shift(ioba));
	int rc = ioas_map(run.ioas, ioba, ua, size, perm);

	tell("map", rc, ioba, ua, size);
	if (excused(rc))
		ref_failed(ioba, size, failure(false));
	else
		expect("MAP", rc, ref_map(ioba, ua, size, perm));
	ref_compare(ioba, size);
}

static void do_unmap(const struct step *s)
{
	u64 ioba = ioba_of(s);
	u64 size = range_pages(s) << ref_shift(ioba);
	int rc = ioas_unmap(run.ioas, ioba, size);

	tell("unmap", rc, ioba, size, 0);
	if (excused(rc))
		ref_failed(ioba, size, failure(true));
	else
		expect("UNMAP", rc, ref_unmap(ioba, size));
	ref_compare(ioba, size);
}

static void do_enable(void)
{
	int rc = ioas_enable(run.ioas);

	tell("enable", rc, 0, 0, 0);
	if (!excused(rc))
		expect("ENABLE", rc, ref_enable());
}

/* The reference does not follow which mappings were cleared before a fault: all are vague. */
static void do_disable(void)
{
	int rc = ioas_disable(run.ioas);

	tell("disable", rc, 0, 0, 0);
	if (excused(rc))
		ref_failed(0, 0, failure(true));
	else
		expect("DISABLE", rc, ref_disable());
}

static void do_register(const struct step *s)
{
	u64 ua = ua_of(s), size = range_of(s);
	int rc;

	if (run.v1) {
		do_enable();
		return;
	}
	rc = ioas_register(run.ioas, ua, size);
	tell("register", rc, ua, size, 0);
	if (!excused(rc))
		expect("REGISTER", rc, ref_register(ua, size));
}

static void do_unregister(const struct step *s)
{
	u64 ua = ua_of(s), size = range_of(s);
	int rc;

	if (run.v1) {
		do_disable();
		return;
	}
	known_memory(s, &ua, &size);
	rc = ioas_unregister(run.ioas, ua, size);
	tell("unregister", rc, ua, size, 0);
	if (!excused(rc))
		expect("UNREGISTER", rc, ref_unregister(ua, size, rc));
}

/*
 * The driver removes a window that must not stay before it knows that the window is clear. If the
 * removal fails, the name may be the window's own or the default window's: the driver clears it
 * in steps of the smaller pages.
 */
static void forgive(void)
{
	model_forgive(RULE_REMOVE_INVALID);
	model_forgive(RULE_IOBA_ALIGNED);
}

/* After a call that creates or removes windows. */
static void structural(int rc)
{
	if (rc)
		forgive();
	if (run.effect != NO_FAULT && met())
		ref_firmware_unknown();
}

static void do_create(const struct step *s)
{
	static const u32 shifts[] = { 12, 12, 12, 16, 24, 21, 12, 13 };
	u32 shift = shifts[s->anchor & 7];
	u64 size = 1ULL << (12 + number(s->offset) % 13 + (shift > 16 ? 2 : 0));
	u64 start = 0, want;
	u32 levels = s->pages[1] % 7;
	int rc;

	if (s->anchor & 0x80)
		size *= s->pages[0] % 4;
	if (run.v1)
		return;
	rc = ioas_create(run.ioas, shift, size, levels, &start);
	tell("create", rc, start, size, shift);
	structural(rc);
	if (excused(rc))
		return;
	want = start;
	expect("CREATE", rc, ref_create(shift, size, levels, &want, rc));
	CHECK(rc || start == want, "a window at %llx, not %llx", (unsigned long long)start,
	      (unsigned long long)want);
	ref_compare(start, size);
}

static void do_remove(const struct step *s)
{
	u64 ioba = ioba_of(s);
	int rc;

	if (run.v1)
		return;
	rc = ioas_remove(run.ioas, ioba);
	tell("remove", rc, ioba, 0, 0);
	structural(rc);
	if (excused(rc))
		ref_failed(ioba, 0, failure(true));
	else
		expect("REMOVE", rc, ref_remove(ioba));
}

static void do_attach(const struct step *s)
{
	struct pe *pe = &world.more[s->mem & 1].pe;
	bool had = pe->owned;
	int rc;

	/* VFIO allows a group in only one container at a time. */
	if (ref_ioas_of(s->mem & 1) == (int)!run.num)
		return;
	disarm();
	CHECK(!pe_take(pe), "take");
	run.effect = arm(s);
	rc = ioas_attach(run.ioas, pe);
	tell("attach", rc, s->mem & 1, 0, 0);
	structural(rc);
	if (!excused(rc))
		expect("attach", rc, ref_attach(s->mem & 1, rc));
	disarm();
	if (rc && !had)
		pe_release(pe);
	ref_compare_all();
}

/* A user has opened the group and does nothing with it: the device reaches nothing. */
static void do_take(const struct step *s)
{
	struct endpoint *e = &world.more[s->mem & 1];

	if (e->pe.owned)
		return;
	disarm();
	CHECK(!pe_take(&e->pe), "take");
	tell("take", 0, s->mem & 1, 0, 0);
	CHECK(!model_valid(e->hv), "what the host had mapped is there");
}

static void do_detach(const struct step *s)
{
	struct pe *pe = &world.more[s->mem & 1].pe;
	int in = ref_ioas_of(s->mem & 1);

	turn_of(in < 0 ? run.num : (u32)in);
	ioas_detach(run.ioas, pe);
	tell("detach", 0, s->mem & 1, 0, 0);
	run.quarantine |= run.v1 && met();
	structural(0);
	disarm();
	pe_release(pe);
	if (world.isolated)
		return;
	ref_detach(s->mem & 1, true);
	ref_compare_all();
}

static void do_info(void)
{
	struct ioas_info info;
	u32 pes = run.ioas->windows.pes;
	bool other = run.ioas->regions.mm && run.ioas->regions.mm != current->mm;

	expect("GET_INFO", ioas_info(run.ioas, &info), other ? -EPERM : pes ? 0 : -ENXIO);
}

/* Maps other pages at these addresses; what devices reach does not change. */
static void do_remap(const struct step *s)
{
	u64 ua = UA + (s->mem & 0x1f) * 256 * KiB, pages = 1 + number(s->pages) % 64;

	shim_map_user(&world.mm, ua, pages * PAGE_SIZE, PAGE_SHIFT);
	tell("remap", 0, ua, pages * PAGE_SIZE, 0);
}

/* --- an IOAS's end --- */

static void leave_all(const struct step *s)
{
	u32 i;

	for (i = 0; i < REF_PES; i++) {
		if (ref_ioas_of(i) != (int)run.num)
			continue;
		ioas_detach(run.ioas, &world.more[i].pe);
		if (s->mem & 4)
			pe_release(&world.more[i].pe);
	}
	run.refused |= s->mem & 4 && run.effect == BEYOND_REPAIR;
}

/* Only the IOAS has pointers to what stays pinned for good, so no new one takes its place then. */
static void begin_anew(bool given_back)
{
	u32 i;

	run.over = run.quarantine || run.ioas->regions.by_id;
	if (run.over || world.isolated)
		return;
	for (i = 0; i < REF_PES; i++)
		if (ref_ioas_of(i) == (int)run.num)
			ref_detach(i, given_back);
	ref_closed(run.v1);
	ioas_init(run.ioas, run.v1);
	ref_compare_all();
}

/*
 * Ends the IOAS, as a reboot does before the PEs leave, or as close() does after that. A new IOAS
 * follows at once.
 */
static void do_close(const struct step *s)
{
	turn_of(!run.v1 && s->mem & 1);
	if (s->mem & 2)
		ioas_kill(run.ioas);
	leave_all(s);
	if (!(s->mem & 2))
		ioas_kill(run.ioas);
	tell("close", 0, run.num, s->mem & 7, 0);
	run.quarantine |= run.v1 && met();
	structural(0);
	CHECK(ioas_map(run.ioas, 0, UA, PAGE_SIZE, 1) == -ENODEV, "it is dead");
	disarm();
	begin_anew(s->mem & 4);
}

/* --- KVM --- */

static void kvm_drop(void)
{
	if (run.kvm)
		shim_lookup_drop(run.kvm);
	run.kvm = NULL;
}

/* KVM keeps a window's table until this step drops it. */
static void do_kvm_find(const struct step *s)
{
	struct kvm_table *const *place = &world.more[s->mem & 1].kvm[s->anchor & 1];

	bool had = run.kvm;

	kvm_drop();
	if (!had || s->mem & 2)
		run.kvm = kvm_find(place);
	if (run.kvm && shim_lookup_window(run.kvm)->page_shift != 12)
		kvm_drop();
	tell("kvm finds", 0, s->mem & 1, s->anchor & 1, !!run.kvm);
}

/* Does KVM's table still belong to a window? If so, the step is for that window's IOAS. */
static bool kvm_window(u32 *num)
{
	u32 i, k;

	for (i = 0; i < REF_PES; i++)
		for (k = 0; k < PE_WINDOWS; k++)
			if (world.more[i].kvm[k] == run.kvm && ref_ioas_of(i) >= 0) {
				turn_of(ref_ioas_of(i));
				*num = k;
				return true;
			}
	return false;
}

static void kvm_put(u64 ioba, u64 ua, u64 perm)
{
	int rc = kvm_put_tce(run.kvm, ioba, ua, perm);
	u32 num;

	tell("kvm puts", rc, ioba, ua, perm);
	/* KVM clears a TCE whose write it leaves to user space. */
	if (kvm_window(&num))
		ref_kvm(num, ioba, rc ? 0 : perm, met());
}

static void do_kvm_put(const struct step *s)
{
	const struct dma_window *w;
	u64 first, ua, i;
	u32 unused;

	if (!run.kvm)
		return;
	kvm_window(&unused);
	w = shim_lookup_window(run.kvm);
	first = number(s->offset) & 0xfff;
	ua = mapped_ua_of(s, 12);
	for (i = first; i <= first + s->pages[0] % 8 && i < dma_window_tces(w); i++, ua += 4 * KiB)
		kvm_put(w->start + (i << 12), ua, s->mem >> 6);
	ref_compare_all();
}

/* --- the run --- */

static void dispatch_rare(const struct step *s)
{
	switch (s->what >> 4) {
	case 0xb:
		do_close(s);
		break;
	case 0x1:
	case 0x3:
	case 0x5:
	case 0x7:
	case 0x9:
	case 0xd:
	case 0xf:
		do_detach(s);
		break;
	case 0x4:
	case 0xc:
		do_register(s);
		break;
	case 0x6:
	case 0xe:
		do_unregister(s);
		break;
	case 0x2:
	case 0xa:
		do_remap(s);
		break;
	default:
		do_info();
	}
}

static bool is_kvms(const struct step *s)
{
	return (s->what & 0xc0) == 0x80;
}

static void dispatch(const struct step *s)
{
	switch (s->what % 16) {
	case 0 ... 4:
		do_map(s);
		break;
	case 5 ... 6:
		do_unmap(s);
		break;
	case 7:
		if (is_kvms(s))
			do_kvm_put(s);
		else
			do_unmap(s);
		break;
	case 8:
		do_register(s);
		break;
	case 9:
		do_unregister(s);
		break;
	case 10 ... 11:
		do_create(s);
		break;
	case 12:
		do_remove(s);
		break;
	case 13:
		if (is_kvms(s))
			do_kvm_find(s);
		else
			do_remove(s);
		break;
	case 14:
		if ((s->what & 0x30) == 0x30)
			do_take(s);
		else
			do_attach(s);
		break;
	default:
		dispatch_rare(s);
	}
}

/* Calls with the second half of a pair are for the second IOAS. With v1 there is no second IOAS. */
static u32 ioas_of(const struct step *s)
{
	bool in_any = (s->what & 0xc0) == 0xc0;
	bool registers = s->what % 16 == 15 && (s->what & 0x50) == 0x40;

	return !run.v1 && (in_any || registers);
}

/* Checks everything, also what the reference does not know. */
static void walk(void)
{
	world_check();
	ref_compare_all();
}

/*
 * Is there a window that may be gone? It may have the default one's name and other pages: what is
 * cleared by that name then is not at the right addresses.
 */
static bool in_doubt(void)
{
	const struct endpoint *e;
	u32 i, k;

	for (i = 0; (e = world_endpoint(i)); i++)
		for (k = 0; k < PE_WINDOWS; k++)
			if (e->pe.ddw[k].present && e->pe.ddw[k].doubtful)
				return true;
	return false;
}

/* Return: false when devices were isolated: the sequence ends then. */
static bool take_step(const struct step *s)
{
	const bool doubt = in_doubt();
	bool foreign;

	turn_of(ioas_of(s));
	/* Rarely, another process than the owner calls. */
	foreign = run.ioas->regions.mm && (s->anchor & 0x7c) == 0x7c;
	shim_set_mm(foreign ? &world.other : &world.mm);
	run.effect = arm(s);
	dispatch(s);
	if (run.effect != NO_FAULT)
		forgive();
	if (doubt)
		model_forgive(RULE_IOBA_ALIGNED);
	run.quarantine |= run.v1 && (run.effect == BEYOND_REPAIR || model_failed());
	disarm();
	shim_set_mm(&world.mm);
	return !world.isolated && !run.over;
}

static void begin_second(void)
{
	if (run.v1)
		return;
	turn_of(1);
	do_attach(&(struct step){ .mem = 1 });
	do_register(&(struct step){ .pages = { 0xff, 0x83 } });
}

static void begin(u8 set)
{
	const u64 high[REF_PES] = { HIGH, set & SET_OTHER_HIGH ? 2 * HIGH : HIGH };
	u32 i;

	world_setup(NULL);
	for (i = 0; i < REF_PES; i++)
		world_add(DFLT_START, REF_DFLT_SIZE, high[i]);
	run.v1 = set & SET_V1;
	run.quarantine = false;
	run.over = false;
	run.refused = false;
	run.kvm = NULL;
	run.effect = NO_FAULT;
	ioas_init(&world.ioas, run.v1);
	model_set_features(!(set & SET_NO_INDIRECT), !(set & SET_NO_STUFF));
	hcall_init();
	ref_reset(run.v1, high);
	if (set & SET_SECOND)
		begin_second();
	turn_of(0);
	if (!(set & SET_ATTACHED))
		return;
	do_attach(&(struct step){ 0 });
	do_register(&(struct step){ .pages = { 0xff, 0x83 } });
	do_register(&(struct step){ .pages = { 0x20, 0x80 }, .mem = 0x20 });
	if (set & SET_KVM)
		do_kvm_find(&(struct step){ 0 });
}

/*
 * The host has a PE in which TCEs may be valid, since the hypervisor refused everything. What
 * they reach is pinned. The hypervisor answers again now: the next user gets the PE empty, or
 * does not get it. A PE that never had a user has the host's own mappings, which nobody pins.
 */
static bool next_user(struct endpoint *e)
{
	if (!e->pe.max)
		return true;
	world_check_pinned(e);
	if (pe_take(&e->pe))
		return false;
	pe_release(&e->pe);
	return true;
}

/* Checks an end with a quarantine, as test_faults does. */
static void check_quarantine(void)
{
	struct endpoint *e;
	u32 i;

	for (i = 1; (e = world_endpoint(i)); i++) {
		CHECK(!e->host_left, "the host has not got it back");
		if (run.refused && !next_user(e))
			continue;
		CHECK(endpoint_windows(e) == 1, "%u windows", endpoint_windows(e));
		CHECK(!e->pe.max || !model_valid(e->hv), "TCEs are valid");
	}
}

static void end(u8 set)
{
	disarm();
	if (!world.isolated && !run.over)
		walk();
	if (set & SET_KILL)
		ioas_kill(&world.ioas);
	if (set & SET_KILL)
		CHECK(ioas_map(&world.ioas, 0, UA, PAGE_SIZE, 1) == -ENODEV, "it is dead");
	world_give_back();
	forgive();
	/* Sometimes KVM is the last user of a table. */
	kvm_drop();
	if (world.isolated)
		check_quarantine();
	else if (!run.quarantine)
		world_check_end();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	/* The walker uses cmocka's assertions, which must crash here. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	run.trace = getenv("FUZZ_TRACE");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct step *s = (const void *)(data + 1);
	size_t steps = size ? (size - 1) / sizeof(*s) : 0;
	u8 set = size ? data[0] : 0;
	size_t i;

	steps = min_t(size_t, steps, MOST_STEPS);
	begin(set);
	for (i = 0; i < steps && take_step(&s[i]); i++)
		if (i % STEPS_PER_WALK == STEPS_PER_WALK - 1)
			walk();
	end(set);
	return 0;
}
