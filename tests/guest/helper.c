// SPDX-License-Identifier: GPL-2.0-only
/*
 * helper.c - a helper's calls
 *
 * The calls are made with arguments that would be right in the process that owns the container,
 * so that nothing but the change of address space can be the reason for a refusal.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "helper.h"
#include "tap.h"

const char *const helper_call[HELPER_CALLS] = {
	"GET_INFO", "REGISTER", "CREATE", "MAP", "UNMAP", "REMOVE", "UNREGISTER",
};

void helper_try(struct vfio *v, struct helper_results *results)
{
	struct vfio_iommu_spapr_tce_info info;
	uint8_t *mem = buffer_private(64 * KIB);
	struct window win = { 0 };

	results->ret[0] = __vfio_get_info(v, &info);
	results->ret[1] = __vfio_register(v, mem, 64 * KIB);
	results->ret[2] = __vfio_create(v, 16, GIB, &win);
	results->ret[3] = __vfio_map(v, 16 * MIB, mem, 64 * KIB, VFIO_DIR_BOTH);
	results->ret[4] = __vfio_unmap(v, 0, MIB);
	results->ret[5] = __vfio_remove(v, 0);
	results->ret[6] = __vfio_unregister(v, mem, 64 * KIB);
}

static void keep(int fd)
{
	if (fd >= 0 && fcntl(fd, F_SETFD, 0))
		tap_fail("fcntl()");
}

void helper_exec(int container, int results, int until)
{
	char number[3][12];

	keep(container);
	keep(results);
	keep(until);
	snprintf(number[0], sizeof(number[0]), "%d", container);
	snprintf(number[1], sizeof(number[1]), "%d", results);
	snprintf(number[2], sizeof(number[2]), "%d", until);
	execl("/proc/self/exe", "vfiotest", HELPER, number[0], number[1], number[2], NULL);
	tap_fail("execl()");
}

int helper(char *argv[])
{
	struct vfio v = { .container = atoi(argv[0]), .group = -1, .device = -1 };
	int results_to = atoi(argv[1]), until = atoi(argv[2]);
	struct helper_results results;
	char byte;

	memset(&results, 0, sizeof(results));
	if (v.container >= 0)
		helper_try(&v, &results);
	if (write(results_to, &results, sizeof(results)) != sizeof(results))
		return 1;
	close(results_to);
	return read(until, &byte, 1) < 0;
}
