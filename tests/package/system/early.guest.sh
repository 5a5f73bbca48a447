# SPDX-License-Identifier: GPL-2.0-only
#
# The second boot: the disk is a user's from the beginning, goes to the host and comes back, and a user has it. Then
# the files by which it was bound make place for those of "tcectl device bind --persist".
. /run/check/lib.sh
. /run/check/check.guest.sh

# The name of a kernel that comes as an update
UPDATE=6.1.0-999-powerpc64le

huge_pages() {
	echo "$1" >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" -eq "$1" ]
}

# The command to renew the initramfs is the last line of the block of the documentation that follows
persist() {
	tcectl device bind --persist --group vfio --mode 0660 "$NVME" >/tmp/said || return 1
	cat /tmp/said
	[ "$(renewal)" = "update-initramfs -u" ]
}

# The kernel of an update has the same modules here; building others would take long, and they would be like these
add_kernel() {
	cp -al "/lib/modules/$(uname -r)" "/lib/modules/$UPDATE" && cp "/boot/config-$(uname -r)" "/boot/config-$UPDATE"
}

# What initramfs-tools does when a package of a kernel is installed
kernels_package() {
	/etc/kernel/postinst.d/initramfs-tools "$UPDATE" "/boot/vmlinux-$UPDATE"
}

remove_kernel() {
	update-initramfs -d -k "$UPDATE" && rm -r "/lib/modules/$UPDATE" "/boot/config-$UPDATE"
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

try persist persist
try persist-file file_is vfio 660
try bind-early-no-more doc bind-early-no-more
try persist-in-initramfs initramfs_has "rules.d/$RECORD" /vfio_pseries.ko /nvme.ko
try by-hand-no-more refused initramfs_has modprobe.d/vfio-pci.conf
try kernel-update add_kernel
try kernel-update-package kernels_package
try kernel-update-initramfs image_has "$UPDATE" "rules.d/$RECORD" /vfio_pseries.ko modprobe.d/vfio-pseries.conf
try kernel-update-removed remove_kernel
finish
