# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables are for scenarios and for those who source this
#
# The variables that a scenario may set, their defaults, the scenario's kernels, and what it needs of them.
# docs/testing.md has the format.

QEMU_DEVICES=
DISK_SIZE=
DISK_FILL=
MEMORY=2G,slots=4,maxmem=4G
SMP=2
FIRMWARE=vof
MACHINE=
BARE_METAL=
FILES=
MODULES=
TOOLS=
MONITOR=
ICOUNT=
APPEND=
ENVIRONMENT=
TIMEOUT=180
TRACE=
TRACE_EVENTS=
# The objects that the module allocates, and those that it holds references to; all slabs would cost a guest a sixth
# of its time
SLUB_DEBUG="FZPU,kmalloc-*,filp,mm_struct,task_struct"
FORGIVE=
FORGIVE_LEAKS=
KERNELS=
INITRD=
OWNERSHIP=
SINCE=
NEEDS=
INJECT=
prepare() { :; }
check() { :; }

# tests/inject loads another hypervisor than QEMU's: its runs and their results have names of their own
PERSONALITY=${PERSONALITY:-}
SEED=${SEED:-1}

# name_scenario FILE  for KERNEL: sets its full path, its name, its guest script and the folder of its run
# shellcheck disable=SC2153 # KERNEL is its own
name_scenario() {
	SCENARIO=$(cd "$(dirname "$1")" && pwd)/${1##*/}
	[ -r "$SCENARIO" ] || die "no scenario $SCENARIO"
	GUEST_SCRIPT=${SCENARIO%.scenario}.guest.sh
	[ -r "$GUEST_SCRIPT" ] || die "$SCENARIO has no guest script beside it"
	NAME=${SCENARIO##*/}
	NAME=${NAME%.scenario}${PERSONALITY:+-$PERSONALITY}
	RUN=$BUILD/log/$KERNEL-$NAME
}

# reserved_for KERNEL  the kernels that the scenario is meant for, if KERNEL is none of them; otherwise nothing
reserved_for() {
	case " ${KERNELS:-$1} " in
	*" $1 "*) ;;
	*) say "for $KERNELS alone"; return ;;
	esac
	[ -z "$SINCE" ] || [ "$(printf '%s\n' "$SINCE" "$(kernel_release "$1")" | sort -V | sed -n 1p)" = "$SINCE" ] ||
		{ say "since Linux $SINCE"; return; }
	[ -z "$OWNERSHIP" ] || case " $OWNERSHIP " in
	*" $(kernel_ownership "$1") "*) ;;
	*) say "where ownership is of variant $OWNERSHIP" ;;
	esac
}

# option_of MODULE  the option by which a kernel has the module
option_of() {
	case $1 in
	brd) say CONFIG_BLK_DEV_RAM ;;
	crc32c_generic) say CONFIG_CRYPTO_CRC32C ;;
	e1000) say CONFIG_E1000 ;;
	ext4) say CONFIG_EXT4_FS ;;
	fuse) say CONFIG_FUSE_FS ;;
	kvm-hv) say CONFIG_KVM_BOOK3S_64_HV ;;
	nvme) say CONFIG_BLK_DEV_NVME ;;
	rpadlpar_io) say CONFIG_HOTPLUG_PCI_RPA_DLPAR ;;
	rpaphp) say CONFIG_HOTPLUG_PCI_RPA ;;
	vfio) say CONFIG_VFIO ;;
	vfio-pci) say CONFIG_VFIO_PCI ;;
	vfio_iommu_spapr_tce) say CONFIG_VFIO_IOMMU_SPAPR_TCE ;;
	*) say "$1.ko" ;;
	esac
}

# lacks KERNEL  what the scenario needs and that kernel does not have, in a line: options that it names, and modules
lacks() {
	tree=$BUILD/$1/root/lib/modules/$(kernel_release "$1")
	{
		for option in $NEEDS; do
			kernel_has "$1" "$option" || say "CONFIG_$option"
		done
		for module in $MODULES; do
			[ "$module" = vfio_pseries ] || module_file "$module" >/dev/null || option_of "$module"
		done
	} | sort -u | paste -sd ' '
}
