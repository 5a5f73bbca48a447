# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

# All files that this kernel started with, except the kernel itself
pack_initramfs() {
	(cd / && find . -xdev ! -path ./vmlinux ! -path './tmp/*' | cpio -o -H newc) >/tmp/initramfs
}

load_kernel() {
	kexec -l /vmlinux --initrd=/tmp/initramfs --command-line="$(cat /proc/cmdline) after-kexec"
}

no_user_window() {
	[ ! -e "$NODE/linux,dma64-ddr-window-info" ]
}

user_works() {
	try user-has-windows hold hold/busy
}

# A user takes the PE, and his device is at work
give_to_user() {
	try load-driver load_driver
	try bind-vfio-pci bind "$NVME" vfio-pci
	${ONE:+one_}user_works
}

before() {
	try host-disk use_disk
	try host-direct-window has_direct_window
	try pack-initramfs pack_initramfs
	[ "$LOADED" = host ] || give_to_user
	try load-kernel load_kernel
	mark 1
	kexec -e
	not_ok kexec "came back"
	finish
}

after() {
	mark 2
	ok kexec
	try kexec-no-user-window no_user_window
	try kexec-default-window has_default_window
	try kexec-disk-works use_disk
	try kexec-direct-window has_direct_window
	[ -z "${ONE:-}" ] || one_host
	try kexec-load-driver load_driver
	try kexec-bind-vfio-pci bind "$NVME" vfio-pci
	"${ONE:+one_}user_and_host"
	finish
}

# The new kernel has a user, and then its host has the PE again
user_and_host() {
	export HOST_WINDOW=800000000000000
	vfio_tests own/no-host-window dma/default-window dma/dynamic-window
	host_again kexec-released
}

[ -z "${ONE:-}" ] || one_window
if grep -q after-kexec /proc/cmdline; then
	after
else
	before
fi
