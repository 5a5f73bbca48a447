/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of which nothing is left but that they take these arguments. */
#ifndef SHIM_LINUX_TRACEPOINT_H
#define SHIM_LINUX_TRACEPOINT_H

#define TP_PROTO(...)	__VA_ARGS__
#define TRACE_EVENT(name, proto, args, entry, assign, print)	\
	static inline void trace_##name(proto)			\
	{							\
	}

#endif
