// SPDX-License-Identifier: GPL-2.0-only
/* target_floor.c - bare hypercalls by tce_floor.ko, without memory: the module chooses the TCEs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "floor/floor.h"
#include "tap.h"
#include "target.h"

static int fd;

static void call(unsigned long cmd, void *arg, const char *what)
{
	if (ioctl(fd, cmd, arg))
		tap_fail("the floor's %s: %s", what, strerror(errno));
}

static void floor_open(const char *bdf)
{
	(void)bdf;
	fd = open(FLOOR_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		tap_fail("%s: %s", FLOOR_DEVICE, strerror(errno));
}

static void floor_create(unsigned int shift, uint64_t size)
{
	struct floor_window w = {
		.page_shift = shift,
		.window_shift = __builtin_ctzll(size),
	};

	call(FLOOR_CREATE, &w, "CREATE");
}

static void floor_map(const struct range *r)
{
	struct floor_range range = { .first = r->first, .n = r->n };

	call(FLOOR_PUT, &range, "PUT");
}

static void floor_unmap(const struct range *r)
{
	struct floor_range range = { .first = r->first, .n = r->n };

	call(FLOOR_STUFF, &range, "STUFF");
}

/* The hypervisor removes a window only when nothing is mapped in it. */
static void floor_remove(const struct range *mapped)
{
	if (mapped)
		floor_unmap(mapped);
	call(FLOOR_REMOVE, NULL, "REMOVE");
}

const struct target target_floor = {
	.open	= floor_open,
	.create	= floor_create,
	.map	= floor_map,
	.unmap	= floor_unmap,
	.remove	= floor_remove,
};
