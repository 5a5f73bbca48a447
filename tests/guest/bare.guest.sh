# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
if has_direct_window; then
	note "this kernel makes its window all the same"
else
	ok host-without-its-window
fi
windows_of "$NVME" >/tmp/before
try load-driver load_driver
try huge-pages huge_pages 2
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests place/judged-afresh place/judged-afresh-alone window/beside-default window/qemu-sequence
try disk-is-back disk_is_back
windows_of "$NVME" >/tmp/after
try windows-as-before diff /tmp/before /tmp/after
finish
