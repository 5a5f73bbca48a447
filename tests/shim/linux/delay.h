/* SPDX-License-Identifier: GPL-2.0-only */
/* Time does not pass in tests: the shim adds up the sleeping times (shim_slept_ms()). */
#ifndef SHIM_LINUX_DELAY_H
#define SHIM_LINUX_DELAY_H

void msleep(unsigned int ms);

#define fsleep(us)	msleep((us) / 1000)

#endif
