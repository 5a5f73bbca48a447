# SPDX-License-Identifier: GPL-2.0-only
#
# A user's first half hour: the packages are installed, as the documentation says, and the disk is to be bound early
. /run/check/lib.sh
. /run/check/check.guest.sh

# Packages that are not on the machine come from a repository, as on any machine; nobody is there to answer questions
use_repository() {
	echo "deb [trusted=yes] file:/run/check/repository ./" >/etc/apt/sources.list.d/check.list &&
		printf '%s\n' 'APT::Get::Assume-Yes "yes";' 'Dpkg::Use-Pty "no";' >/etc/apt/apt.conf.d/90check &&
		apt-get update
}

# The machine has a user without privilege, and a group for those who may have a device
add_user() {
	groupadd -r vfio && useradd -m -G vfio -s /bin/sh alice
}

# The new version's files are in the folder where the old version's were
mount -t tmpfs tmpfs /tmp
cd /run/check/first || exit 1
try repository use_repository
try user add_user
try snapshot take_snapshot /var/before
try nothing-of-ours refused grep -q vfio /var/before/initramfs
try apt-install doc install
try dkms-built dkms_has "$(dpkg-query -W -f '${Version}' vfio-pseries-dkms)"
try module-found modinfo vfio_pseries
try tcectl tcectl -V
try in-initramfs initramfs_has /vfio_pseries.ko /vfio_iommu_spapr_tce.ko modprobe.d/vfio-pseries.conf
try bind-early doc bind-early
try early-in-initramfs initramfs_has /vfio_pseries.ko modprobe.d/vfio-pseries.conf /vfio-pci.ko modprobe.d/vfio-pci.conf
try nothing-loaded refused test -e /sys/module/vfio_pseries
finish
