# SPDX-License-Identifier: GPL-2.0-only
. /run/check/lib.sh
. /run/check/snapshot.guest.sh

dkms_has() {
	[ "$(dkms status vfio-pseries)" = "vfio-pseries/$1, $(uname -r), $(uname -m): installed" ]
}

initramfs_has() {
	lsinitramfs "/boot/initrd.img-$(uname -r)" >/tmp/initramfs || return 1
	for wanted in "$@"; do
		grep -q "$wanted" /tmp/initramfs || return 1
	done
}

# That vfio-pci is to have the disk early, as an administrator would say it
bind_early() {
	echo vfio-pci >>/etc/initramfs-tools/modules
	echo "softdep nvme pre: vfio-pci" >/etc/modprobe.d/vfio-pci.conf
}

mount -t tmpfs tmpfs /tmp
bind_early
try snapshot take_snapshot /var/before
try apt-install apt-get -y -o Dpkg::Use-Pty=0 --no-install-recommends install /run/check/first/*.deb
try dkms-built dkms_has "$(dpkg-query -W -f '${Version}' vfio-pseries-dkms)"
try module-found modinfo vfio_pseries
try in-initramfs initramfs_has /vfio_pseries.ko /vfio_iommu_spapr_tce.ko modprobe.d/vfio-pseries.conf /vfio-pci.ko
try nothing-loaded refused test -e /sys/module/vfio_pseries
finish
