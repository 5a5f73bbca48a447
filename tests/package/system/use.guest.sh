# SPDX-License-Identifier: GPL-2.0-only
#
# The third boot: what the tool has written binds the disk, a container of alice's uses it, and the tool takes back what
# it has written. Then a later version is installed, and in the end all is removed.
. /run/check/lib.sh
. /run/check/check.guest.sh
. /run/check/container.sh

# The host's driver came in the initramfs, and vfio-pci did not: only the rule has kept the disk from it
kept_from_host() {
	test -e /sys/module/nvme && refused test -e /sys/module/vfio_pci && refused has_driver nvme
}

# Without systemd these are the scripts that start udev, and load what modules-load.d names. Without a terminal, and with
# no file of defaults, one of them asks for the run level.
boot_scripts() {
	RUNLEVEL=S PREVLEVEL=N /etc/init.d/udev start && VERBOSE=no /etc/init.d/kmod start && udevadm settle
}

alice_is_in_group() {
	su alice -c id >/tmp/said && cat /tmp/said && grep -q '(vfio)' /tmp/said
}

# permit KIB  how much memory alice may lock from her next login on: each "su" is one
permit() {
	echo "@vfio - memlock $1" >/etc/security/limits.d/vfio.conf
}

# contained  runs alice's container, and keeps what it prints
contained() {
	kept run_container card
}

forget() {
	tcectl device unbind --forget "$NVME" >/tmp/said || return 1
	cat /tmp/said
	renewal >/tmp/renewal && [ -s /tmp/renewal ]
}

record_is_left() {
	find /etc -name '*vfio*' | grep .
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
try persist-keeps-host-away kept_from_host
try persist-boot boot_scripts
try persist-driver test -e /sys/module/vfio_pseries
try persist-not-in-tree refused test -e /sys/module/vfio_iommu_spapr_tce
try persist-bound wait_for 60 has_driver vfio-pci
try persist-file wait_for 60 file_is vfio 660

try alice-in-group alice_is_in_group
try container-place make_place
try container-cgroups mount_cgroups
try container-bundle bundle card "tcectl test $NVME" /dev/vfio/vfio "/dev/vfio/$(group_of "$NVME")"
try container-permit-little permit 64
try container-limit refused contained
try container-limit-told said 'the limit of locked memory is 64K, and this takes '
try container-permit permit 4194304
try container-uses-disk contained
try container-moved-data said '^ok .*dma-identify'
rm /etc/security/limits.d/vfio.conf

try forget forget
try forgotten refused record_is_left
# Machines with systemd have this folder; here the tool had to make it, and leaves it, empty
try forget-folder rmdir /etc/modules-load.d
try forget-driver has_driver nvme
try forget-host-reads host_reads_disk
try forget-initramfs sh -e /tmp/renewal
try forgotten-in-initramfs refused initramfs_has "rules.d/$RECORD"

cd /run/check/second || exit 1
try apt-upgrade doc upgrade
try upgraded version_is 99.0
try old-version-gone sources_of 99.0
try apt-purge doc purge
try purged refused modinfo vfio_pseries
try no-module-left no_module_left
try headers-go apt-get purge linux-headers-powerpc64le
try as-before as_before
finish
