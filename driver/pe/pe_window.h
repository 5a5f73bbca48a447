/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pe_window.h - a PE's windows as firmware has them, whether the host or a user owns the PE.
 *
 * All functions are called with the PE's lock held. They may sleep, except those that only look.
 */
#ifndef VFIO_PSERIES_PE_WINDOW_H
#define VFIO_PSERIES_PE_WINDOW_H

#include <linux/types.h>
#include "pe/pe.h"

/**
 * pe_has_ddw() - is there a dynamic window, the user's or one that still has to be removed?
 */
bool pe_has_ddw(const struct pe *pe);

/**
 * pe_free_ddw() - a free place to note a dynamic window; NULL when there is none
 */
struct pe_window *pe_free_ddw(struct pe *pe);

/* For reports: count valid TCEs in a restored default window before it is cleared. */
extern bool pe_look_at_restored;

/**
 * pe_default_clear() - clear the default window if it exists; else note that it is not present
 *
 * Nor is it present while the PE has a dynamic window by the same name, or may have one.
 *
 * Return: 0; else the error of hcall_clear_if_there(), and the window is noted as raw.
 */
int pe_default_clear(struct pe *pe);

/**
 * pe_default_back() - make sure that the default window exists and is clear
 *
 * Firmware should have brought it back when the last dynamic window was removed. Else firmware is
 * asked for it, but not while there may be valid TCEs.
 *
 * Return: 0, or an errno; devices are isolated when it exists and could not be cleared. With 0,
 * too, it can be absent: pe_default_clear().
 */
int pe_default_back(struct pe *pe);

/**
 * pe_sweep() - try again to remove the windows that nobody has
 */
void pe_sweep(struct pe *pe);

#endif
