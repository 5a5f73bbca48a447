# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /drivers.sh

# load_listed MODULE...  loads these modules as at boot, from a file with one name on each line
load_listed() {
	mkdir -p /etc/modules-load.d && printf '%s\n' "$@" >/etc/modules-load.d/accelerator.conf &&
		systemctl restart systemd-modules-load.service
}

try under-systemd [ "$(cat /proc/1/comm)" = systemd ]
try not-busybox [ "$(readlink -f "$(command -v modprobe)")" = /usr/bin/kmod ]
try early-ours ours_alone
try early-bound has_driver vfio-pci
try host-driver-comes-late modprobe nvme
try still-bound has_driver vfio-pci
vfio_tests ioctl
# On Linux 6.1 the module cannot be unloaded
[ "$OWNERSHIP" != none ] || finish
try unload unload_all
try modules-load load_listed vfio-pci vfio_iommu_spapr_tce
try modules-load-ours ours_alone
try modules-load-unload unload_all
try modules-load-reversed load_listed vfio_iommu_spapr_tce vfio-pci
try modules-load-reversed-ours ours_alone
try modules-load-reversed-bound has_driver vfio-pci
finish
