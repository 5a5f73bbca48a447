# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

try host-disk use_disk
try load-driver load_driver
try load-kvm load kvm-hv
try bind-vfio-pci bind "$NVME" vfio-pci
vfio_tests kvm/memory-that-goes kvm/close-in-any-order kvm/same-page-a-million-times often/pinned
host_again puts
finish
