# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

PERSONALITY=powervm
export PERSONALITY

at_4_gib() {
	[ "$(host_window)" = 0000000100000000 ]
}

# The host gets all of its part back, also the second time
to_user_and_back() {
	bind "$NVME" vfio-pci && vfiotest -v "$VERDICT" "$NVME" odd/limited && disk_is_back && at_4_gib && as_before &&
		same_masks "$NVME"
}

try limited-mode insmod /tce_inject.ko powervm=1 narrow=44
try host-disk use_disk
try host-direct-window has_direct_window
try host-window-at-4-gib at_4_gib
windows_of "$NVME" >/tmp/before
try host-masks masks_of "$NVME"
masks_of "$NVME" >/tmp/masks
try load-driver load_driver
try tool-says-so shows 'limited-address mode: in use' tcectl pe show "$NVME"
try huge-pages huge_pages 8
try limited to_user_and_back
nothing_left limited
try limited-again to_user_and_back
nothing_left limited-again
try host-limited-mode logged 'lsa_required: 1, lsa_enabled: 1'
finish
