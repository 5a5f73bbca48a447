# SPDX-License-Identifier: GPL-2.0-only
#
# Functions that tell which of the two drivers is loaded, and that unload both; after ". /lib.sh".

# only NAME OTHER  of the two drivers, only NAME is loaded
only() {
	[ -e "/sys/module/$1" ] && [ ! -e "/sys/module/$2" ]
}

ours_alone() {
	only vfio_pseries vfio_iommu_spapr_tce
}

in_tree_alone() {
	only vfio_iommu_spapr_tce vfio_pseries
}

vfio_loaded() {
	cut -d ' ' -f 1 /proc/modules | grep -E '^vfio|^irqbypass'
}

# Each pass unloads the modules that nothing needs any more
unload_all() {
	for pass in 1 2 3 4 5 6; do
		loaded=$(vfio_loaded) || return 0
		for module in $loaded; do
			rmmod "$module" 2>/dev/null
		done
	done
	echo "still loaded after pass $pass: $(vfio_loaded)"
	return 1
}
