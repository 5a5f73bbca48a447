/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * metrics.h - counters and owners in the text format of OpenMetrics.
 */
#ifndef TCECTL_METRICS_H
#define TCECTL_METRICS_H

/* Return: the program's exit status. */
int metrics(void);

#endif
