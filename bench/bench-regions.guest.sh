# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# As many huge pages as regions.c needs at the same time
huge_pages() {
	size=$(sed -n 's/^Hugepagesize: *\([0-9]*\) kB/\1/p' /proc/meminfo)
	echo $((1048576 / size)) >/proc/sys/vm/nr_hugepages
}

# measure_regions DRIVER MOST
measure_regions() {
	try "measure-$1" regions "$VERDICT" "$1" "$EDU" "$2"
}

try huge-pages huge_pages
if [ -n "$IN_TREE" ]; then
	must load-in-tree load_driver in-tree
	must hand-over-to-in-tree bind "$EDU" vfio-pci
	measure_regions in-tree "${MOST_IN_TREE:-4096}"
fi
must load-ours load_driver
must hand-over bind "$EDU" vfio-pci
measure_regions vfio_pseries "${MOST:-262144}"
must load-floor load_floor
for round in 1 2 3; do
	for driver in floor vfio_pseries; do
		try "many-$driver-$round" close_many "$VERDICT" "$driver" "$EDU"
	done
done
finish
