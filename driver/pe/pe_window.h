/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pe_window.h - a PE's windows as firmware has them, whoever owns it.
 *
 * All functions are called with the PE's lock held. They may sleep, but for those that only look.
 */
#ifndef VFIO_PSERIES_PE_WINDOW_H
#define VFIO_PSERIES_PE_WINDOW_H

#include <linux/types.h>
#include "pe/pe.h"

/**
 * pe_has_ddw() - is there a dynamic window, be it the user's or one that is still to go?
 */
bool pe_has_ddw(const struct pe *pe);

/**
 * pe_free_ddw() - room to note a dynamic window; NULL when there is none
 */
struct pe_window *pe_free_ddw(struct pe *pe);

/**
 * pe_default_clear() - clear the default window if it is there; else it is not present
 *
 * Return: 0; else what hcall_clear_if_there() says, and it is raw.
 */
int pe_default_clear(struct pe *pe);

/**
 * pe_default_back() - see to it that the default window is there, and clear
 *
 * Firmware should have brought it back when the last dynamic one went; else it is asked for it, but
 * not while there may be valid TCEs.
 *
 * Return: 0, or why it is not; devices are isolated when it is there and could not be cleared.
 */
int pe_default_back(struct pe *pe);

/**
 * pe_sweep() - try again to remove the windows that nobody has
 */
void pe_sweep(struct pe *pe);

#endif
