// SPDX-License-Identifier: GPL-2.0-only
/* The control probe: compiles on every kernel that modules can be built against. */
#include <linux/module.h>
#include <linux/vfio.h>

int have_kernel_build(void);
int have_kernel_build(void)
{
	return VFIO_API_VERSION;
}
