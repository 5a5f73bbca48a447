/* SPDX-License-Identifier: GPL-2.0-only */
/* In user space a tracepoint does nothing. */
