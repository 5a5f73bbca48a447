/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - tracepoints: calls of users, PEs that change hands, refusals of the
 * hypervisor.
 *
 * They trace calls, not TCEs. In user space they do nothing.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vfio_pseries

#if !defined(VFIO_PSERIES_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VFIO_PSERIES_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/* @perm: PAPR_TCE_READ (1) and PAPR_TCE_WRITE (2), what the device may do. */
TRACE_EVENT(tce_map,
	TP_PROTO(u64 ioba, u64 ua, u64 size, u64 perm, int rc),
	TP_ARGS(ioba, ua, size, perm, rc),
	TP_STRUCT__entry(
		__field(u64, ioba)
		__field(u64, ua)
		__field(u64, size)
		__field(u64, perm)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->ioba = ioba;
		__entry->ua = ua;
		__entry->size = size;
		__entry->perm = perm;
		__entry->rc = rc;
	),
	TP_printk("ioba=0x%llx ua=0x%llx size=0x%llx perm=%llu rc=%d", __entry->ioba,
		  __entry->ua, __entry->size, __entry->perm, __entry->rc)
);

TRACE_EVENT(tce_unmap,
	TP_PROTO(u64 ioba, u64 size, int rc),
	TP_ARGS(ioba, size, rc),
	TP_STRUCT__entry(
		__field(u64, ioba)
		__field(u64, size)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->ioba = ioba;
		__entry->size = size;
		__entry->rc = rc;
	),
	TP_printk("ioba=0x%llx size=0x%llx rc=%d", __entry->ioba, __entry->size, __entry->rc)
);

TRACE_EVENT(window_create,
	TP_PROTO(u64 start, u64 size, u32 page_shift, int rc),
	TP_ARGS(start, size, page_shift, rc),
	TP_STRUCT__entry(
		__field(u64, start)
		__field(u64, size)
		__field(u32, page_shift)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->start = start;
		__entry->size = size;
		__entry->page_shift = page_shift;
		__entry->rc = rc;
	),
	TP_printk("start=0x%llx size=0x%llx shift=%u rc=%d", __entry->start, __entry->size,
		  __entry->page_shift, __entry->rc)
);

TRACE_EVENT(window_remove,
	TP_PROTO(u64 start, int rc),
	TP_ARGS(start, rc),
	TP_STRUCT__entry(
		__field(u64, start)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->start = start;
		__entry->rc = rc;
	),
	TP_printk("start=0x%llx rc=%d", __entry->start, __entry->rc)
);

/* @buid and @config: the PE's address for RTAS. */
TRACE_EVENT(pe_take,
	TP_PROTO(u64 buid, u32 config, int rc),
	TP_ARGS(buid, config, rc),
	TP_STRUCT__entry(
		__field(u64, buid)
		__field(u32, config)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->buid = buid;
		__entry->config = config;
		__entry->rc = rc;
	),
	TP_printk("buid=0x%llx config=0x%x rc=%d", __entry->buid, __entry->config, __entry->rc)
);

TRACE_EVENT(pe_release,
	TP_PROTO(u64 buid, u32 config),
	TP_ARGS(buid, config),
	TP_STRUCT__entry(
		__field(u64, buid)
		__field(u32, config)
	),
	TP_fast_assign(
		__entry->buid = buid;
		__entry->config = config;
	),
	TP_printk("buid=0x%llx config=0x%x", __entry->buid, __entry->config)
);

/* @n TCEs from @ioba on; @rc: the hypervisor's own return code. */
TRACE_EVENT(hcall_failure,
	TP_PROTO(u32 liobn, u64 ioba, u32 n, long rc),
	TP_ARGS(liobn, ioba, n, rc),
	TP_STRUCT__entry(
		__field(u32, liobn)
		__field(u64, ioba)
		__field(u32, n)
		__field(long, rc)
	),
	TP_fast_assign(
		__entry->liobn = liobn;
		__entry->ioba = ioba;
		__entry->n = n;
		__entry->rc = rc;
	),
	TP_printk("liobn=0x%x ioba=0x%llx n=%u rc=%ld", __entry->liobn, __entry->ioba, __entry->n,
		  __entry->rc)
);

/* @token: the call's token in the device tree; @status: the status that RTAS returned. */
TRACE_EVENT(rtas_failure,
	TP_PROTO(u32 token, int status),
	TP_ARGS(token, status),
	TP_STRUCT__entry(
		__field(u32, token)
		__field(int, status)
	),
	TP_fast_assign(
		__entry->token = token;
		__entry->status = status;
	),
	TP_printk("token=0x%x status=%d", __entry->token, __entry->status)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH debug
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
