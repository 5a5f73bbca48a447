/* SPDX-License-Identifier: GPL-2.0-only */
/* In user space there is nothing behind a tracepoint. */
