// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - the code of the tracepoints, once for the whole module.
 */
#define CREATE_TRACE_POINTS
#include "debug/trace.h"
