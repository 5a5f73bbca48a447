# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the checks on the machine share, after ". /run/check/lib.sh".
. /run/check/doc.sh
export DOCS=/run/check/docs
NVME=$(find_pci 1b36:0010)
# The record of "tcectl device bind --persist"
RECORD="05-vfio-pseries-$(echo "$NVME" | tr : -).rules"
export RECORD

# image_has KERNEL WORDS...  that kernel's initramfs has files with all these words in their names
image_has() {
	lsinitramfs "/boot/initrd.img-$1" >/tmp/initramfs || return 1
	shift
	for wanted in "$@"; do
		grep -q "$wanted" /tmp/initramfs || return 1
	done
}

initramfs_has() {
	image_has "$(uname -r)" "$@"
}

# renewal  the command by which, as tcectl said, the initramfs is made anew
renewal() {
	sed -n 's/^afterwards, .* initramfs .*: //p' /tmp/said
}

# file_is GROUP MODE  of the device file of the disk's group
file_is() {
	ls -l /dev/vfio
	[ "$(stat -c '%G %a' "/dev/vfio/$(group_of "$NVME")")" = "$1 $2" ]
}

# 16 MiB of the disk, and a block whose content is known
host_reads_disk() {
	wait_for 60 has_disk "$NVME" || return 1
	disk=/dev/$(disk_of "$NVME")
	dd if="$disk" of=/dev/null bs=64k count=256 iflag=direct &&
		[ "$(dd if="$disk" bs=512 skip=100000 count=1 | head -n 1)" = "block 000100000" ]
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
		lsinitramfs "/boot/initrd.img-$(uname -r)" | sort >"$1/initramfs" && dpkg-query -W | sort >"$1/packages"
}
