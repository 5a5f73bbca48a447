# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh

try host-disk use_disk
try load load_driver
pins_are_now

ulimit -l unlimited

try bind-for-nvme tcectl device bind "$NVME"
try qemu-nvme-ends ends 60 qemu-img info "nvme://$NVME/1"
try qemu-nvme-refused ended_with 1
try qemu-nvme-says said 'VFIO IOMMU Type1 is not supported'
try qemu-io-ends ends 60 qemu-io -f raw -c 'read 0 4096' "nvme://$NVME/1"
try qemu-io-refused ended_with 1
try qemu-io-says said 'VFIO IOMMU Type1 is not supported'
in_order qemu-nvme
finish
