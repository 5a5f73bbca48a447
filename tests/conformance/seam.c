// SPDX-License-Identifier: GPL-2.0-only
/* seam.c - the driver's own half of the seam, so that it is compared with the model too. */
#include <hv/papr.c>
