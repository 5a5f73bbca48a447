# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables are for rig/boot, which sources this
#
# What the scenarios here share: the machine, the program, and which driver is under test.
# DRIVER=in-tree (on 6.12 alone) runs the same tests on the kernel's own driver, for comparison.

: "${ROOT:?}"
DRIVER=${DRIVER:-vfio_pseries}
DISK_SIZE=64M
DISK_FILL=pattern
QEMU_DEVICES="-device nvme,serial=vfio-pseries,drive=disk"
MODULES="nvme e1000 vfio-pci brd"
case $DRIVER in
in-tree) MODULES="$MODULES vfio_iommu_spapr_tce" ;;
*) MODULES="$MODULES vfio_pseries" ;;
esac
FILES="$BUILD/guest/vfiotest:bin/vfiotest tests/guest/common.guest.sh:common.sh"
ENVIRONMENT="DRIVER=$DRIVER TESTS=${TESTS:-}"
SECOND_DISK=
NEEDS="SYSCTL PROC_PAGE_MONITOR VM_EVENT_COUNTERS SHMEM INET"

# Two scenarios may be started at once, but the program is built once
build_programs() {
	mkdir -p "$BUILD/guest"
	flock "$BUILD/guest" make -s -C "$ROOT/tests/guest" BUILD="$BUILD/guest"
}

# tcectl in the guest: with_tool adds its files, build_tool belongs into prepare()
with_tool() {
	FILES="$FILES $BUILD/tool/ppc64el/tcectl:bin/tcectl tests/tool/pci.ids:pci.ids"
	TOOLS="${TOOLS:-} libpci3"
}

build_tool() {
	# shellcheck disable=SC2086 # a list of packages
	"$ROOT/rig/tools" libpci-dev $TOOLS &&
		flock "$BUILD/tool.lock" make -s -C "$ROOT/tool" BUILD="$BUILD"
}

# The file system. Before 6.14 it asks for crc32c by another name, when it is mounted.
with_ext4() {
	MODULES="$MODULES ext4"
	[ "$(printf '%s\n' 6.14 "$(kernel_release "$KERNEL")" | sort -V | sed -n 1p)" = 6.14 ] ||
		MODULES="$MODULES crc32c_generic"
}

# A hypervisor whose calls can fail, for scenarios that ask for $BUILD/$KERNEL/tce_inject.ko
build_inject() {
	"$ROOT/rig/modules" --from "$ROOT/tests/inject" "$KERNEL" >/dev/null
}

# forgive PATTERN  what the kernel says of itself ends no guest, and is passed over if it is this
forgive() {
	APPEND="${APPEND:+$APPEND }panic_on_warn=0"
	FORGIVE="${FORGIVE:+$FORGIVE|}$1"
}

# For PEs with one window at a time, and for a kernel that inherits a window. Linux reads the default window's property
# as if it were that of another kind of window, which has one word more, and shifts by that word.
forgive_misread_window() {
	if kernel_has "$KERNEL" UBSAN_SHIFT; then
		APPEND="${APPEND:+$APPEND }kasan_multi_shot"
		forgive 'UBSAN: shift-out-of-bounds in arch/powerpc/platforms/pseries/iommu.c|KASAN: slab-out-of-bounds in (clean|of_parse)_dma_window'
	fi
}

# For tests that unmap a part of huge pages. Linux 6.1 does not hold a lock then that it wants to be held.
forgive_huge_split() {
	! kernel_has "$KERNEL" PROVE_LOCKING || forgive 'WARNING: .* hugetlb_split\+'
}

# A second disk on a host bridge of its own, with the first one's content; the guest's find_second
with_second_disk() {
	SECOND_DISK=$RUN/disk1.img
	QEMU_DEVICES="$QEMU_DEVICES
		-drive if=none,id=disk1,format=raw,file=$SECOND_DISK
		-device spapr-pci-host-bridge,index=1,id=phb1
		-device nvme,serial=second,drive=disk1,bus=phb1.0"
}

# Three more disks, each on a host bridge of its own: with the first one four cards for tests/guest/workload.c.
# prepare() copies the first disk's content to them.
with_four_cards() {
	for number in 1 2 3; do
		QEMU_DEVICES="$QEMU_DEVICES
			-drive if=none,id=disk$number,format=raw,file=$RUN/disk$number.img
			-device spapr-pci-host-bridge,index=$number,id=phb$number
			-device nvme,serial=card$number,drive=disk$number,bus=phb$number.0"
	done
	FILES="$FILES tests/guest/cards.guest.sh:cards.sh"
}

copy_disks() {
	for number in 1 2 3; do
		cp "$1/disk.img" "$1/disk$number.img"
	done
}

prepare() {
	build_programs
	[ -z "$SECOND_DISK" ] || cp "$1/disk.img" "$SECOND_DISK"
}
