/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.h - the version of all that is here, and the one place that says it.
 *
 * modinfo, tcectl, DKMS and the packages have it from here. debian/changelog
 * must name the same: the package's build refuses otherwise.
 */
#ifndef VFIO_PSERIES_VERSION_H
#define VFIO_PSERIES_VERSION_H

#define VFIO_PSERIES_VERSION "0.1.0"

#endif
