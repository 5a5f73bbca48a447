// SPDX-License-Identifier: GPL-2.0-only
/* Not a HAVE_X question: compiles on the kernels that the module is built for (vfio_driver.h). */
#include "vfio_driver.h"
