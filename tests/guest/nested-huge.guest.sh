# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

nested_begin
try huge-pages huge_pages 256
pins_before=$(pins)
start_with_lines -no-reboot -object memory-backend-memfd,id=huge,size=512M,hugetlb=on,hugetlbsize=2M \
	-machine memory-backend=huge
try nested-obeys obeys
try nested-disk-in-use uses vfio-pseries huge
try nested-window-of-huge-pages window_has_shift "$NVME" 21
order 1 poweroff -f
try nested-guest-ends await_level2
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
