# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh

open_disk() {
	load ibmvscsi sd_mod crc32c_generic ext4 && wait_for 20 test -e /dev/sda || return 1
	mkdir /machine
	mount -t ext4 /dev/sda /machine
}

mount_system() {
	ln -s /proc/self/fd /dev/fd
	for system in proc sys dev; do
		mount -o bind "/$system" "/machine/$system" || return 1
	done
}

in_machine() {
	chroot /machine /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
}

# What dpkg reports of each package: nothing, if it is installed
not_installed() {
	# shellcheck disable=SC2016 # for dpkg to expand
	in_machine dpkg-query -W -f '${db:Status-Status} ${Package}\n' | grep -v '^installed '
}

try disk open_disk
[ -z "${FAILED:-}" ] || finish
try mount-system mount_system
try shell in_machine /bin/sh -c :
try configure in_machine dpkg --force-unsafe-io --configure -a
try all-installed refused not_installed
try initramfs test -s "/machine/boot/initrd.img-$(uname -r)"
for system in dev sys proc; do
	umount "/machine/$system"
done
try close umount /machine
finish
