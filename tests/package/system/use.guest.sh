# SPDX-License-Identifier: GPL-2.0-only
#
# The second boot: the disk is a user's from the beginning, goes to the host and comes back, and a user has it. Then a
# later version is installed, and in the end all is removed.
. /run/check/lib.sh
. /run/check/check.guest.sh

huge_pages() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" -eq "$1" ]
}

# 16 MiB of the disk, and a block whose content is known
host_reads_disk() {
	wait_for 60 has_disk "$NVME" || return 1
	disk=/dev/$(disk_of "$NVME")
	dd if="$disk" of=/dev/null bs=64k count=256 iflag=direct &&
		[ "$(dd if="$disk" bs=512 skip=100000 count=1 | head -n 1)" = "block 000100000" ]
}

version_is() {
	[ "$(modinfo -F version vfio_pseries)" = "$1" ] && dkms_has "$1"
}

sources_of() {
	[ "$(echo /usr/src/vfio-pseries-*)" = "/usr/src/vfio-pseries-$1" ]
}

no_module_left() {
	left=$(find / -xdev -name '*vfio*pseries*' ! -path '/var/log/*' ! -path '/var/before/*')
	printf '%s\n' "$left"
	[ -z "$left" ]
}

as_before() {
	take_snapshot /var/after && diff -r /var/before /var/after
}

mount -t tmpfs tmpfs /tmp
try early-driver test -e /sys/module/vfio_pseries
try early-not-in-tree refused test -e /sys/module/vfio_iommu_spapr_tce
try early-bound has_driver vfio-pci
try huge-pages huge_pages 24
ulimit -l unlimited
try doctor tcectl doctor "$NVME"
try unbind doc early-give-back
try host-driver has_driver nvme
try host-reads host_reads_disk
try bind tcectl device bind "$NVME"
try bound has_driver vfio-pci
/run/check/vfiotest -v "$VERDICT" "$NVME" ioctl dma || export FAILED=1
cd /run/check/second || exit 1
try apt-upgrade doc upgrade
try upgraded version_is 99.0
try old-version-gone sources_of 99.0
try bind-early-no-more doc bind-early-no-more
try apt-purge doc purge
try purged refused modinfo vfio_pseries
try no-module-left no_module_left
try headers-go apt-get purge linux-headers-powerpc64le
try as-before as_before
finish
