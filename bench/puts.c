// SPDX-License-Identifier: GPL-2.0-only
/*
 * puts.c - what it costs that a guest of KVM's changes a TCE
 *
 * puts CHANNEL DRIVER BDF
 *
 * The guest (tests/guest/machine.h) makes the calls one after the other, and KVM answers all of
 * them in the kernel: slots are there before anything is measured. Each call goes the same way from
 * the guest into KVM and back. What that takes by itself is the job put_refused, whose addresses
 * the guest's table does not have. For each job there is a line as bench.c writes it.
 */
#include <stdio.h>
#include <time.h>

#include "buffer.h"
#include "machine.h"
#include "tap.h"
#include "vfio.h"

#define PUTS		1024U
#define MEMORY		(16ULL << 20)
#define FIRST		(1ULL << 20)	/* in the guest's memory, behind its instructions */
#define SECOND		(8ULL << 20)

static struct vfio v;
static struct machine m;
static const char *driver;

/* In nanoseconds, as a whole number: KVM_RUN does not give floating point registers back. */
static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void put(const char *job, uint64_t ioba, uint64_t tce, unsigned int refused)
{
	const struct puts p = {
		.ioba = ioba,
		.tce = tce,
		.ioba_step = MACHINE_PAGE,
		.tce_step = tce ? MACHINE_PAGE : 0,
		.count = PUTS,
	};
	const unsigned int left = m.left;
	uint64_t since = now();
	unsigned int failed = machine_put(&m, &p);

	tap_note("bench %s 12 %s 1 %u 1 0 %.9f", driver, job, PUTS, (now() - since) / 1e9);
	if (failed != refused || m.left != left)
		tap_fail("%s: %u of %u calls failed, %u left KVM", job, failed, PUTS,
			 m.left - left);
}

/*
 * The in-tree driver has no default window before the first MAP. The guest's first calls for a part
 * of the table leave KVM, and their MAP brings its slots.
 */
static void begin(const char *bdf)
{
	uint8_t *memory = buffer_private(MEMORY);

	vfio_open(&v, bdf);
	vfio_register(&v, memory, MEMORY);
	vfio_map(&v, 0, memory, MACHINE_PAGE, VFIO_DIR_BOTH);
	vfio_unmap(&v, 0, MACHINE_PAGE);
	machine_open(&m, memory, MEMORY);
	m.v = &v;
	tap_errno(machine_attach(&m, v.group), 0, "KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE");
	machine_map(&m, 0, FIRST, PUTS);
	machine_unmap(&m, 0, PUTS);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: puts CHANNEL DRIVER BDF\n");
		return 2;
	}
	tap_open(argv[1]);
	driver = argv[2];
	begin(argv[3]);
	put("put_refused", MACHINE_TCES * MACHINE_PAGE, FIRST | MACHINE_BOTH, PUTS);
	put("put_map", 0, FIRST | MACHINE_BOTH, 0);
	put("put_replace", 0, SECOND | MACHINE_BOTH, 0);
	put("put_unmap", 0, 0, 0);
	machine_close(&m);
	vfio_close(&v);
	return 0;
}
