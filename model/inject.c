// SPDX-License-Identifier: GPL-2.0-only
/* inject.c - the armed faults: calls that shall fail, and calls that find the hypervisor busy. */
#include <string.h>
#include "inject.h"
#include "machine.h"

static struct {
	struct model_fault fault[MODEL_FAULTS];	/* first @nth counts down to 0, then @times */
	u64 failed[MODEL_FAULTS];
	u32 busy_calls;
	u64 busy_times;
	long busy_hcall;
	int busy_rtas;
} armed;

static struct {
	u8 *kinds;
	u64 room;
	u64 n;
} record;

void inject_reset(void)
{
	memset(&armed, 0, sizeof(armed));
}

void model_record(u8 *kinds, u64 room)
{
	machine_lock();
	record.kinds = kinds;
	record.room = room;
	record.n = 0;
	machine_unlock();
}

u64 model_recorded(void)
{
	return record.n;
}

static struct model_fault fault_with_defaults(const struct model_fault *fault)
{
	struct model_fault f = fault ? *fault : (struct model_fault){ 0 };

	f.calls = f.calls ? f.calls : ~0U;
	f.times = !f.nth ? 0 : f.times ? f.times : 1;
	f.hcall = f.hcall ? f.hcall : PAPR_H_HARDWARE;
	f.rtas = f.rtas ? f.rtas : PAPR_RTAS_HW_ERROR;
	return f;
}

void model_fail_both(const struct model_fault *a, const struct model_fault *b)
{
	struct model_fault fa = fault_with_defaults(a), fb = fault_with_defaults(b);

	machine_lock();
	armed.fault[0] = fa;
	armed.fault[1] = fb;
	memset(armed.failed, 0, sizeof(armed.failed));
	machine_unlock();
}

void model_fail(const struct model_fault *fault)
{
	model_fail_both(fault, NULL);
}

u64 model_failed_of(u32 i)
{
	return armed.failed[i];
}

u64 model_failed(void)
{
	return armed.failed[0] + armed.failed[1];
}

void model_busy(u32 calls, u64 times, long hcall, int rtas)
{
	machine_lock();
	armed.busy_calls = calls;
	armed.busy_times = times;
	armed.busy_hcall = hcall;
	armed.busy_rtas = rtas;
	machine_unlock();
}

static bool is_hcall(enum model_call call)
{
	return MODEL_HCALLS & (1U << call);
}

static bool busy_now(enum model_call call)
{
	if (!armed.busy_times || !(armed.busy_calls & (1U << call)))
		return false;
	if (armed.busy_times != MODEL_FOREVER)
		armed.busy_times--;
	return true;
}

static bool fails_now(u32 i, enum model_call call)
{
	struct model_fault *f = &armed.fault[i];

	if (!f->times || !(f->calls & (1U << call)) || (f->nth && --f->nth))
		return false;
	if (f->times != MODEL_FOREVER)
		f->times--;
	armed.failed[i]++;
	return true;
}

struct verdict inject_verdict(enum model_call call)
{
	u32 i;

	if (record.n++ < record.room)
		record.kinds[record.n - 1] = call;
	if (busy_now(call))
		return (struct verdict){ true, MODEL_BEFORE,
					 is_hcall(call) ? armed.busy_hcall : armed.busy_rtas };
	for (i = 0; i < MODEL_FAULTS; i++) {
		const struct model_fault *f = &armed.fault[i];

		if (fails_now(i, call))
			return (struct verdict){ true, f->when,
						 is_hcall(call) ? f->hcall : f->rtas };
	}
	return (struct verdict){ false, MODEL_AFTER, 0 };
}
