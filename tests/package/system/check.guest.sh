# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the checks on the machine share, after ". /run/check/lib.sh".
. /run/check/doc.sh
export DOCS=/run/check/docs
NVME=$(find_pci 1b36:0010)

has_driver() {
	[ "$(driver_of "$NVME")" = "$1" ]
}

list_initramfs() {
	lsinitramfs "/boot/initrd.img-$(uname -r)"
}

initramfs_has() {
	list_initramfs >/tmp/initramfs || return 1
	for wanted in "$@"; do
		grep -q "$wanted" /tmp/initramfs || return 1
	done
}

dkms_has() {
	[ "$(dkms status vfio-pseries)" = "vfio-pseries/$1, $(uname -r), $(uname -m): installed" ]
}

# The names of all files, except those that programs write for themselves: logs, caches, records of dpkg and apt
files() {
	find / -xdev \( -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path /var/before -o -path /var/after -o -path /tmp -o -path /run -o -path /var/tmp \) -prune \
		-o -print | sort
}

# take_snapshot FOLDER  records what is on the machine, for comparison; it leaves out depmod's module numbers
take_snapshot() {
	mkdir -p "$1"
	files >"$1/files" && /sbin/modprobe --showconfig | sort >"$1/modprobe" &&
		list_initramfs | sort >"$1/initramfs" && dpkg-query -W | sort >"$1/packages"
}
