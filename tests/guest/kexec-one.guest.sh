# SPDX-License-Identifier: GPL-2.0-only

# Each of the two kernels does this, before a driver of its devices is loaded
one_window() {
	export PERSONALITY=powervm
	try one-window insmod /tce_inject.ko powervm=1 one=1
}

one_host() {
	try kexec-one-only-window only_window "$NVME"
}

one_user_works() {
	try user-has-windows hold hold/one-busy
}

one_user_and_host() {
	vfio_tests odd/one-window
	nothing_left kexec-one-released
	try kexec-one-disk-is-back disk_is_back
	try kexec-one-released-only-window only_window "$NVME"
}

. /kexec.sh
