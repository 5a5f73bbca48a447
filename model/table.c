// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - TCE tables, with memory only for the parts that were written.
 *
 * A window may be far larger than a test's memory. So a table consists of chunks, and a chunk
 * only has memory if one of its TCEs differs from the known content of the whole chunk.
 */
#include <stdlib.h>
#include <string.h>
#include "table.h"

/* Valid TCEs with addresses at which no partition has memory. */
static u64 garbage(u64 idx)
{
	u64 page = ((idx + 1) * 0x9e3779b97f4a7c15ULL) & 0xfffffff000ULL;

	return MODEL_GARBAGE | page | PAPR_TCE_PERM;
}

static u64 chunks(const struct tce_table *t)
{
	return (t->w.tces + TCE_CHUNK - 1) / TCE_CHUNK;
}

bool table_make(struct tce_table *t, const struct model_window *w, bool garbage)
{
	u64 i;

	t->w = *w;
	t->chunk = calloc(chunks(t), sizeof(*t->chunk));
	t->present = t->chunk;
	for (i = 0; t->present && garbage && i < chunks(t); i++)
		t->chunk[i] = TCE_GARBAGE;
	return t->present;
}

static void chunk_set(struct tce_table *t, u64 i, u64 *chunk)
{
	if (t->chunk[i] != TCE_GARBAGE)
		free(t->chunk[i]);
	t->chunk[i] = chunk;
}

void table_drop(struct tce_table *t)
{
	u64 i;

	for (i = 0; t->present && i < chunks(t); i++)
		chunk_set(t, i, NULL);
	free(t->chunk);
	memset(t, 0, sizeof(*t));
}

void table_inherit(struct tce_table *t, struct tce_table *old)
{
	u64 i;

	for (i = 0; i < chunks(t) && i < chunks(old); i++) {
		chunk_set(t, i, old->chunk[i]);
		old->chunk[i] = NULL;
	}
}

bool table_index(const struct tce_table *t, u64 ioba, u64 *idx)
{
	*idx = (ioba - t->w.start) >> t->w.page_shift;
	return ioba >= t->w.start && *idx < t->w.tces;
}

u64 table_get(const struct tce_table *t, u64 idx)
{
	const u64 *chunk = t->chunk[idx / TCE_CHUNK];

	if (chunk == TCE_GARBAGE)
		return garbage(idx);
	return chunk ? chunk[idx % TCE_CHUNK] : 0;
}

/* Gives memory to a chunk that so far is only known to be all zeros, or all garbage. */
static void chunk_fill(struct tce_table *t, u64 i)
{
	u64 *chunk = calloc(TCE_CHUNK, sizeof(*chunk));
	u64 k;

	if (!chunk)
		abort();
	for (k = 0; t->chunk[i] == TCE_GARBAGE && k < TCE_CHUNK; k++)
		chunk[k] = garbage(i * TCE_CHUNK + k);
	t->chunk[i] = chunk;
}

/*
 * Writes a zero. This needs no memory if the whole chunk is zero already, or if the TCE is the
 * chunk's last entry and all others are zero.
 */
static bool put_zero(struct tce_table *t, u64 idx)
{
	u64 i = idx / TCE_CHUNK;
	u64 k;

	if (!t->chunk[i])
		return true;
	if (t->chunk[i] == TCE_GARBAGE || idx % TCE_CHUNK != TCE_CHUNK - 1)
		return false;
	for (k = 0; k < TCE_CHUNK - 1; k++)
		if (t->chunk[i][k])
			return false;
	chunk_set(t, i, NULL);
	return true;
}

void table_put(struct tce_table *t, u64 idx, u64 tce)
{
	u64 i = idx / TCE_CHUNK;

	if (!tce && put_zero(t, idx))
		return;
	if (!t->chunk[i] || t->chunk[i] == TCE_GARBAGE)
		chunk_fill(t, i);
	t->chunk[i][idx % TCE_CHUNK] = tce;
}

/* Clears TCEs; whole chunks at once. */
void table_zero(struct tce_table *t, u64 idx, u64 n)
{
	while (n) {
		if (idx % TCE_CHUNK == 0 && n >= TCE_CHUNK) {
			chunk_set(t, idx / TCE_CHUNK, NULL);
			idx += TCE_CHUNK;
			n -= TCE_CHUNK;
		} else {
			table_put(t, idx++, 0);
			n--;
		}
	}
}

/* The next valid TCE of a chunk, or the chunk's end. All garbage is valid. */
static u64 chunk_next_valid(const u64 *chunk, u64 idx)
{
	u64 end = (idx / TCE_CHUNK + 1) * TCE_CHUNK;

	if (!chunk)
		return end;
	while (chunk != TCE_GARBAGE && idx < end && !(chunk[idx % TCE_CHUNK] & PAPR_TCE_PERM))
		idx++;
	return idx;
}

u64 table_next_valid(const struct tce_table *t, u64 idx)
{
	while (idx < t->w.tces) {
		u64 next = chunk_next_valid(t->chunk[idx / TCE_CHUNK], idx);

		if (next / TCE_CHUNK == idx / TCE_CHUNK)
			return next < t->w.tces ? next : t->w.tces;
		idx = next;
	}
	return t->w.tces;
}

u64 table_valid(const struct tce_table *t)
{
	u64 n = 0;
	u64 idx;

	for (idx = table_next_valid(t, 0); idx < t->w.tces; idx = table_next_valid(t, idx + 1))
		n++;
	return n;
}
