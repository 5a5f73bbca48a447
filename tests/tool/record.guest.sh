# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

OUT=0001:00:00.0

# text PATH...  text files: prints each line of theirs behind a tab
text() {
	for path in "$@"; do
		[ -f "$path" ] || continue
		echo "f $path"
		sed 's/^/	/' "$path" 2>/dev/null
	done
}

binary() {
	for path in "$@"; do
		[ -f "$path" ] && echo "x $path $(hexdump -v -e '1/1 "%02x"' "$path")"
	done
}

links() {
	for path in "$@"; do
		[ -L "$path" ] && echo "l $path $(readlink "$path")"
	done
}

folders() {
	for path in "$@"; do
		[ -d "$path" ] && [ ! -L "$path" ] && echo "d $path"
	done
}

# The files that the tool reads of a PCI function and of its disks and network interfaces
function_of() {
	text "$1/vendor" "$1/device" "$1/class" "$1/subsystem_vendor" "$1/subsystem_device" \
		"$1/driver_override" "$1/modalias"
	links "$1/driver" "$1/iommu_group" "$1/of_node"
	text "$1"/net/*/flags "$1"/nvme/*/nvme*/dev "$1"/nvme/*/nvme*/*/dev
	folders "$1"/nvme/*/nvme*/holders
}

machine() {
	for function in /sys/bus/pci/devices/*; do
		links "$function"
		function_of "$(readlink -f "$function")"
	done
	links /sys/kernel/iommu_groups/*/devices/* /sys/class/net/* /sys/class/block/nvme*
	for name in nvme e1000 vfio-pci; do
		folders "/sys/bus/pci/drivers/$name"
	done
	folders /sys/module/nvme /sys/module/vfio_pci /sys/module/vfio_pseries /dev/vfio \
		/sys/kernel/debug
	for node in /sys/firmware/devicetree/base/pci@*; do
		binary "$node"/ibm,#dma-* "$node"/ibm,dma-window* "$node"/ibm,ddw-* "$node"/linux,*ddr-window-info \
			"$node/name"
		folders "$node"/*
	done
	binary /sys/firmware/devicetree/base/rtas/ibm,hypertas-functions
	text /proc/cmdline /proc/cpuinfo /proc/swaps /proc/self/mountinfo /proc/self/limits \
		/proc/sys/kernel/osrelease /sys/kernel/mm/hugepages/*/nr_hugepages \
		/sys/kernel/debug/vfio_pseries/*
	for node in /dev/vfio/*; do
		[ -e "$node" ] && echo "f $node"
	done
}

try host-disk use_disk
try huge-pages huge_pages 2
try out wait_for 20 has_disk "$OUT"
disk=/dev/$(disk_of "$OUT")
try host-card load e1000
try load load_driver
machine >/tmp/host
unbind 0000:00:01.0
try bind bind "$NVME" vfio-pci
try hold hold hold/windows
machine >/tmp/user
let_go
for state in host user; do
	echo "# state $state"
	cat "/tmp/$state"
done >/tmp/all
echo '# end' >>/tmp/all
try write dd if=/tmp/all of="$disk" bs=64k conv=fsync
finish
