# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /doc.sh
. /says.sh

export DOCS=/docs

# The crash kernel starts with all files that this kernel started with, except the kernel itself, and with the files
# that keep() writes
pack_initramfs() {
	(cd / && find . -xdev ! -path ./vmlinux ! -path './tmp/*' | cpio -o -H newc) >/tmp/initramfs
}

load_crash_kernel() {
	kexec -p /vmlinux --initrd=/tmp/initramfs \
		--command-line="$(sed 's/crashkernel=[^ ]*//' /proc/cmdline) nr_cpus=1 reset_devices"
}

# What has to be known of this kernel after its crash
keep() {
	module_says >/wanted && grep -q ' owner=user ' /wanted && cat /proc/kallsyms >/kallsyms
}

still_so() {
	module_says | diff /wanted -
}

before() {
	try host-disk use_disk
	try second-disk wait_for 20 find_second
	try load load_driver
	try bind bind "$NVME" vfio-pci
	try hold hold hold/windows
	try keep keep
	try pack-initramfs pack_initramfs
	must load-crash-kernel load_crash_kernel
	try still-so still_so
	# From here on the crash kernel runs this script
	echo c >/proc/sysrq-trigger
	not_ok crash "the kernel lives"
	finish
}

after() {
	ln -s /proc/vmcore /vmcore
	try crashed-beside-a-user drgn_shows /wanted 4 doc drgn-dump
	finish
}

cd /
if [ -e /proc/vmcore ]; then
	after
else
	before
fi
