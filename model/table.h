/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - the TCEs of a window. For the model's own files. */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "model.h"

#define TCE_CHUNK	512

/**
 * struct tce_table - TCEs of a window
 * @w:       the window, valid while @present
 * @present: the window exists
 * @chunk:   TCEs in pieces of TCE_CHUNK; NULL for a piece of zeros, TCE_GARBAGE for a piece of
 *           garbage that was never written to
 */
struct tce_table {
	struct model_window w;
	bool present;
	u64 **chunk;
};

#define TCE_GARBAGE	((u64 *)1)

/* Makes a window's table; frees it. */
bool table_make(struct tce_table *t, const struct model_window *w, bool garbage);
void table_drop(struct tce_table *t);
/* Moves the first TCEs of @old to @t, in whole chunks. */
void table_inherit(struct tce_table *t, struct tce_table *old);
/* Index of the TCE of a bus address. Return: false when it is outside of the window. */
bool table_index(const struct tce_table *t, u64 ioba, u64 *idx);
u64 table_get(const struct tce_table *t, u64 idx);
void table_put(struct tce_table *t, u64 idx, u64 tce);
void table_zero(struct tce_table *t, u64 idx, u64 n);
u64 table_valid(const struct tce_table *t);
/* First valid TCE from @idx on; the number of TCEs when there is none. */
u64 table_next_valid(const struct tce_table *t, u64 idx);

#endif
