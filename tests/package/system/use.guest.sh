# SPDX-License-Identifier: GPL-2.0-only
. /run/check/lib.sh
. /run/check/snapshot.guest.sh
NVME=$(find_pci 1b36:0010)

has_driver() {
	[ "$(driver_of "$NVME")" = "$1" ]
}

huge_pages() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" -eq "$1" ]
}

purge() {
	# shellcheck disable=SC2016,SC2046 # for dpkg to expand; a list of words
	apt-get -y -o Dpkg::Use-Pty=0 purge $(dpkg-query -W -f '${Package} ' 'vfio-pseries-*')
}

version_is() {
	[ "$(modinfo -F version vfio_pseries)" = "$1" ]
}

sources_of() {
	[ "$(echo /usr/src/vfio-pseries-*)" = "/usr/src/vfio-pseries-$1" ]
}

as_before() {
	take_snapshot /var/after && diff -r /var/before /var/after
}

not_in_initramfs() {
	lsinitramfs "/boot/initrd.img-$(uname -r)" >/tmp/initramfs && ! grep -E 'vfio[_-]pseries' /tmp/initramfs
}

try early-driver test -e /sys/module/vfio_pseries
try early-not-in-tree refused test -e /sys/module/vfio_iommu_spapr_tce
try early-bound has_driver vfio-pci
try huge-pages huge_pages 24
/run/check/vfiotest -v "$VERDICT" "$NVME" ioctl dma || export FAILED=1
mount -t tmpfs tmpfs /tmp
try apt-upgrade apt-get -y -o Dpkg::Use-Pty=0 --no-install-recommends install /run/check/second/*.deb
try upgraded version_is 99.0
try old-version-gone sources_of 99.0
try apt-purge purge
try purged refused modinfo vfio_pseries
try as-before as_before
try not-in-initramfs not_in_initramfs
finish
