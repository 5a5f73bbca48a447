// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_dma.c - data moved by an NVMe disk. The tests compare what the disk read into memory
 * through one window with what it read through another. Reads to addresses that are not mapped
 * must arrive nowhere.
 *
 * The tests write to the disk only if the user names blocks. They then read these blocks twice,
 * replace them by a pattern, check the pattern, and restore the blocks.
 *
 * On machines with EEH, an access to an unmapped address stops the PE, as it should. The test
 * restarts the PE by the steps that VFIO has for its users.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/buffer.h"
#include "../../lib/nvme.h"
#include "../../lib/vfio.h"
#include "selftest/check.h"
#include "selftest/facts.h"

#define AREA		(64 * KIB)
#define PIECE		(32 * KIB)	/* of one command: any disk takes that */
#define MOST		(1 * MIB)	/* may be written */
#define POISON_A	0xa5
#define POISON_B	0x5a

/*
 * A running disk, and two areas of memory that it can reach at different bus addresses. The
 * second area is in a window of its own if the PE can have two windows.
 */
struct disk {
	struct vfio v;
	struct nvme n;
	uint8_t *queues;
	uint8_t *a;
	uint8_t *b;
	uint64_t queues_at;
	uint64_t a_at;
	uint64_t b_at;
};

static void needs_disk(void)
{
	if (!check.nvme)
		tap_skip("not an NVMe disk");
}

static void must(int status, const char *what)
{
	if (status < 0)
		tap_fail("%s: %s", what, strerror(-status));
	if (status)
		tap_fail("%s: NVMe status %#x", what, status);
}

static unsigned int second_shift(struct vfio *v)
{
	struct vfio_iommu_spapr_tce_info info;

	vfio_get_info(v, &info);
	return (info.ddw.pgsizes & AREA) && page_size() >= AREA ? 16 : 12;
}

/* The second area's bus address: in another window, with another page size if there is one */
static uint64_t second_place(struct disk *d)
{
	struct window win;

	if (check.ddw && !__vfio_create(&d->v, second_shift(&d->v), 4 * GIB, &win))
		return win.start + GIB;
	facts_add("dma-windows", "one");
	return check.default_start + 4 * AREA;
}

static void start(struct disk *d)
{
	d->queues_at = check.default_start + AREA;
	vfio_map(&d->v, d->queues_at, d->queues, NVME_MEMORY, VFIO_DIR_BOTH);
	nvme_start(&d->n, &d->v, d->queues, d->queues_at);
	if (!d->n.blocks || d->n.block_size < 512 || d->n.block_size > PIECE)
		tap_skip("the disk's first namespace has no blocks");
}

static void open_only(struct disk *d)
{
	memset(d, 0, sizeof(*d));
	d->queues = buffer_private(3 * AREA);
	d->a = d->queues + AREA;
	d->b = d->a + AREA;
	vfio_open(&d->v, check.bdf);
	vfio_register(&d->v, d->queues, 3 * AREA);
}

static void open_disk(struct disk *d)
{
	needs_disk();
	open_only(d);
	start(d);
	d->a_at = d->queues_at + AREA;
	vfio_map(&d->v, d->a_at, d->a, AREA, VFIO_DIR_BOTH);
	d->b_at = second_place(d);
	vfio_map(&d->v, d->b_at, d->b, AREA, VFIO_DIR_BOTH);
}

static void close_disk(struct disk *d)
{
	nvme_stop(&d->n);
	vfio_close(&d->v);
}

static void identify(void)
{
	struct disk d;

	open_disk(&d);
	tap_check(d.n.model[0], "the disk has no name");
	facts_add("disk", "%s, %llu blocks of %u bytes", d.n.model, (unsigned long long)d.n.blocks,
		  d.n.block_size);
	close_disk(&d);
}

/* Reads the same blocks into both areas, which differed in every byte before */
static void read_twice(struct disk *d, uint64_t lba, uint32_t bytes)
{
	memset(d->a, POISON_A, AREA);
	memset(d->b, POISON_B, AREA);
	must(nvme_read(&d->n, lba, d->a_at, bytes), "reading through the first window");
	must(nvme_read(&d->n, lba, d->b_at, bytes), "reading through the second window");
	if (memcmp(d->a, d->b, bytes))
		tap_fail("block %llu read through two windows is not the same",
			 (unsigned long long)lba);
	if (!filled_with(d->a + bytes, AREA - bytes, POISON_A) ||
	    !filled_with(d->b + bytes, AREA - bytes, POISON_B))
		tap_fail("the disk wrote beyond what it was told");
}

static void two_windows(void)
{
	struct disk d;
	uint64_t step;

	open_disk(&d);
	step = PIECE / d.n.block_size;
	if (d.n.blocks < step)
		tap_skip("the disk is too small");
	read_twice(&d, 0, PIECE);
	read_twice(&d, (d.n.blocks - step) / 2, PIECE);
	read_twice(&d, d.n.blocks - step, PIECE);
	read_twice(&d, 0, d.n.block_size);
	close_disk(&d);
}

/* --- what is not mapped --- */

static void nap(void)
{
	struct timespec t = { .tv_nsec = 500000000 };

	nanosleep(&t, NULL);
}

/* Was the PE stopped? If so, restarts it, which resets the disk. */
static bool recover(struct vfio *v, const char *key)
{
	int state = vfio_eeh(v, VFIO_EEH_PE_GET_STATE);

	if (state < 0) {
		facts_add(key, "no EEH (%s)", strerror(-state));
		return false;
	}
	facts_add(key, "EEH state %d%s", state,
		  state == VFIO_EEH_PE_STATE_NORMAL ? ", not stopped" : "");
	if (state == VFIO_EEH_PE_STATE_NORMAL)
		return false;
	tap_errno(vfio_eeh(v, VFIO_EEH_PE_RESET_HOT), 0, "EEH: reset");
	nap();
	tap_errno(vfio_eeh(v, VFIO_EEH_PE_RESET_DEACTIVATE), 0, "EEH: end of the reset");
	nap();
	tap_errno(vfio_eeh(v, VFIO_EEH_PE_CONFIGURE), 0, "EEH: configure");
	return true;
}

static void enable_eeh(struct vfio *v)
{
	vfio_eeh(v, VFIO_EEH_PE_ENABLE);
}

/* Reads blocks to an unmapped address: no byte of them may be in memory afterwards. */
static void expect_nothing(struct disk *d, uint64_t at, const char *what, const char *key)
{
	char name[48];
	int status;

	memset(d->a, POISON_A, AREA);
	status = nvme_read(&d->n, 0, at, d->n.block_size);
	tap_check(filled_with(d->a, AREA, POISON_A), "%s: the disk wrote to memory", what);
	snprintf(name, sizeof(name), "%s-status", key);
	if (status < 0)
		facts_add(name, "%s", strerror(-status));
	else
		facts_add(name, "NVMe status %#x", status);
	snprintf(name, sizeof(name), "%s-eeh", key);
	if (recover(&d->v, name))
		nvme_forget(&d->n);
	else
		nvme_stop(&d->n);
	vfio_close(&d->v);
}

static void unmapped(void)
{
	struct disk d;

	open_disk(&d);
	enable_eeh(&d.v);
	memset(d.a, POISON_A, AREA);
	must(nvme_read(&d.n, 0, d.a_at, d.n.block_size), "reading while it is mapped");
	memset(d.b, POISON_B, AREA);
	must(nvme_read(&d.n, 0, d.b_at, d.n.block_size), "reading into the other area");
	if (memcmp(d.a, d.b, d.n.block_size))
		tap_fail("the disk does not write to what is mapped");
	vfio_unmap(&d.v, d.a_at, AREA);
	expect_nothing(&d, d.a_at, "after UNMAP", "unmapped-read");
}

/* The default window is removed with mappings in it and comes back: it must be empty then. */
static void restored_window(void)
{
	struct vfio_iommu_spapr_tce_info info;
	struct window win;
	struct disk d;

	needs_disk();
	check_needs_ddw();
	if (!check.reset)
		tap_skip("firmware has no reset, so the default window stays");
	open_only(&d);
	vfio_get_info(&d.v, &info);
	d.a_at = check.default_start + 2 * AREA;
	vfio_map(&d.v, d.a_at, d.a, AREA, VFIO_DIR_BOTH);
	vfio_remove(&d.v, info.dma32_window_start);
	vfio_create(&d.v, second_shift(&d.v), 4 * GIB, &win);
	vfio_remove(&d.v, win.start);
	vfio_create(&d.v, 12, 1ULL << (63 - __builtin_clzll(check.default_size)), &win);
	if (win.start != check.default_start)
		tap_fail("the default window came back at %#llx", (unsigned long long)win.start);
	start(&d);
	enable_eeh(&d.v);
	expect_nothing(&d, d.a_at, "in the restored default window", "restored-window-read");
}

/* --- writing, where the user allows it --- */

struct blocks {
	uint64_t first;
	uint32_t bytes;
	uint8_t *saved;
	uint8_t *pattern;
};

static uint32_t piece(const struct blocks *k, uint32_t at)
{
	return k->bytes - at < PIECE ? k->bytes - at : PIECE;
}

static uint64_t block(struct disk *d, const struct blocks *k, uint32_t at)
{
	return k->first + at / d->n.block_size;
}

static void save(struct disk *d, const struct blocks *k)
{
	for (uint32_t at = 0; at < k->bytes; at += PIECE) {
		read_twice(d, block(d, k, at), piece(k, at));
		memcpy(k->saved + at, d->a, piece(k, at));
	}
}

/* Writes from the first area, reads into the second. These return NULL, or what went wrong. */
static const char *write_all(struct disk *d, const struct blocks *k, const uint8_t *what)
{
	for (uint32_t at = 0; at < k->bytes; at += PIECE) {
		memcpy(d->a, what + at, piece(k, at));
		if (nvme_write(&d->n, block(d, k, at), d->a_at, piece(k, at)))
			return "the disk refuses to write";
	}
	return NULL;
}

static const char *compare_all(struct disk *d, const struct blocks *k, const uint8_t *what)
{
	for (uint32_t at = 0; at < k->bytes; at += PIECE) {
		memset(d->b, POISON_B, AREA);
		if (nvme_read(&d->n, block(d, k, at), d->b_at, piece(k, at)))
			return "the disk refuses to read back";
		if (memcmp(d->b, what + at, piece(k, at)))
			return "what is read back is not what was written";
	}
	return NULL;
}

static const char *write_and_compare(struct disk *d, const struct blocks *k, const uint8_t *what)
{
	const char *why = write_all(d, k, what);

	return why ? why : compare_all(d, k, what);
}

/* The last resort: saves the blocks' content as a file */
static void keep(const struct blocks *k, const char *why)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "tcectl-%s-block-%llu", check.bdf,
		 (unsigned long long)k->first);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, k->saved, k->bytes) != (ssize_t)k->bytes || fsync(fd))
		tap_fail("THE BLOCKS ARE LOST: %s, and %s cannot be written: %s", why, name,
			 strerror(errno));
	close(fd);
	tap_fail("the blocks could not be put back (%s); what they held is in the file %s", why,
		 name);
}

static void put_back(struct disk *d, const struct blocks *k)
{
	const char *why = compare_all(d, k, k->saved);
	unsigned int i;

	for (i = 0; why && i < 2; i++)
		why = write_and_compare(d, k, k->saved);
	if (why)
		keep(k, why);
}

static void choose(struct disk *d, struct blocks *k)
{
	if (check.first >= d->n.blocks || check.count > d->n.blocks - check.first)
		tap_fail("the disk has %llu blocks", (unsigned long long)d->n.blocks);
	if (check.count > MOST / d->n.block_size)
		tap_fail("at most %llu blocks are written", MOST / d->n.block_size);
	k->first = check.first;
	k->bytes = check.count * d->n.block_size;
	k->saved = malloc(MOST);
	k->pattern = malloc(MOST);
	if (!k->saved || !k->pattern)
		tap_fail("out of memory");
	pattern_fill(k->pattern, k->bytes, new_seed());
}

static void write_blocks(void)
{
	struct blocks k;
	struct disk d;
	const char *why;

	needs_disk();
	if (!check.count)
		tap_skip("nothing is written without --write FIRST:COUNT");
	open_disk(&d);
	choose(&d, &k);
	save(&d, &k);
	why = write_and_compare(&d, &k, k.pattern);
	tap_check(!why, "%s", why ? why : "");
	put_back(&d, &k);
	close_disk(&d);
}

const struct tap_test dma_tests[] = {
	{ .name = "dma-identify", .run = identify, .limit = 300 },
	{ .name = "dma-two-windows", .run = two_windows, .limit = 300 },
	{ .name = "dma-write", .run = write_blocks, .limit = 1800 },
	{ .name = "dma-unmapped", .run = unmapped, .limit = 300 },
	{ .name = "dma-restored-window", .run = restored_window, .limit = 300 },
	{ }
};
