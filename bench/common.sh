# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables are for rig/boot, which sources this
#
# What the scenarios here share: one device to hand over, and a second host bridge without a device, for the floor.
# Checks that slow the kernel down are off.

: "${ROOT:?}" "${KERNEL:?}"
QEMU_DEVICES="-device edu -device spapr-pci-host-bridge,index=1"
MODULES="vfio-pci vfio_pseries"
IN_TREE=
case $(kernel_ownership "$KERNEL") in
none | group) ;; # no device can be handed over there without our module, or it is the machine's end
*)
	MODULES="$MODULES vfio_iommu_spapr_tce"
	IN_TREE=yes
	;;
esac
FILES="$BUILD/guest/bench:bin/bench $BUILD/$KERNEL/tce_floor.ko:tce_floor.ko
	bench/common.guest.sh:common.sh"
ENVIRONMENT="IN_TREE=$IN_TREE"
SLUB_DEBUG=
TIMEOUT=900

build_program() {
	mkdir -p "$BUILD/guest"
	flock "$BUILD/guest" make -s -C "$ROOT/bench" BUILD="$BUILD/guest"
}

prepare() {
	build_program
}
