# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh

bare_metal() {
	grep -q '^platform.*PowerNV' /proc/cpuinfo
}

# The module's own messages. The kernel's message about any module that is not part of it is left out.
# BusyBox tries twice to load it.
words() {
	dmesg | grep 'vfio_pseries: ' | grep -v 'taint' | sed 's/^\[[^]]*] //' | uniq
}

declines() {
	refused insmod /vfio_pseries.ko 2>/tmp/insmod && grep -q 'No such device' /tmp/insmod
}

one_line() {
	[ "$(words)" = "vfio_pseries: not a pSeries logical partition" ]
}

try bare-metal bare_metal
try load-vfio load vfio
try metal-declines declines
try metal-says-why-in-one-line one_line
try metal-is-not-loaded refused grep -q '^vfio_pseries ' /proc/modules
try metal-in-tree-driver load vfio_iommu_spapr_tce
finish
