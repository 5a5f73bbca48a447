/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * version.h - the version of everything in this repository, defined only here.
 *
 * modinfo, tcectl, DKMS and the packages take it from here. debian/changelog must
 * have the same version: otherwise the package's build fails.
 */
#ifndef VFIO_PSERIES_VERSION_H
#define VFIO_PSERIES_VERSION_H

#define VFIO_PSERIES_VERSION "0.2.0"

#endif
