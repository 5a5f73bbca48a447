# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Tests TREE=PATH on folders that look like kernel trees: for a bad tree there is a message of one line and nothing is
# made; a good tree becomes a kernel of the rig. Uses functions of tests/rig/run.
# made; a good one becomes a kernel of the rig. Uses what tests/rig/run has.

FAKE=$WORK/trees

# fake_tree NAME  a tree of Linux 6.8 that looks built, with one module. Any file for ppc64le can be its image.
fake_tree() {
	tree=$FAKE/$1
	mkdir -p "$tree/include/config" "$tree/include/generated/uapi/linux" "$tree/scripts/mod" "$tree/drivers"
	printf 'CONFIG_%s=y\n' PPC64 CPU_LITTLE_ENDIAN PPC_PSERIES PPC_OF_BOOT_TRAMPOLINE PCI BLK_DEV_INITRD BINFMT_ELF \
		BINFMT_SCRIPT PRINTK TTY HVC_CONSOLE PROC_FS SYSFS DEVTMPFS TMPFS MULTIUSER MODULES VFIO SPAPR_TCE_IOMMU EEH SWAP >"$tree/.config"
	printf 'CONFIG_CC_VERSION_TEXT="%s (some) 12"\n' "${CROSS}gcc-12" >>"$tree/.config"
	cp "$tree/.config" "$tree/include/config/auto.conf"
	echo 6.8.0-own >"$tree/include/config/kernel.release"
	: >"$tree/include/generated/autoconf.h"
	fake_version 6 8 "$tree"
	cp "$BUILD/busybox" "$tree/vmlinux"
	cp "$(command -v od)" "$tree/scripts/mod/modpost"
	cp "$BUILD/$KERNEL/vfio_pseries.ko" "$tree/drivers/some.ko"
	echo drivers/some.o >"$tree/modules.order"
	echo kernel/drivers/within.ko >"$tree/modules.builtin"
	: >"$tree/Module.symvers"
	: >"$tree/modules.builtin.modinfo"
}

# fake_version MAJOR MINOR TREE
fake_version() {
	printf '#define LINUX_VERSION_CODE %s\n#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))\n' \
		$((($1 << 16) + ($2 << 8))) >"$3/include/generated/uapi/linux/version.h"
}

# taken NAME  what rig/kernels prints for that tree, its exit status, and what it has left in build/tree
taken() {
	taken_status=0
	TREE=$FAKE/$1 BUILD=$FAKE/build "$ROOT/rig/kernels" >"$FAKE/out" 2>&1 || taken_status=$?
	printf '%s|%s|%s' "$(sed "s,$FAKE/,,g" "$FAKE/out" | tr '\n' '|')" "$taken_status" \
		"$(cd "$FAKE/build" && find . -path './tree*' | head -n 1)"
}

# bad NAME WANTED COMMAND...  the command makes a tree bad, and the rig refuses it with the wanted message
bad() {
	bad_name=$1
	bad_wanted=$2
	shift 2
	fake_tree "$bad_name"
	(cd "$FAKE/$bad_name" && "$@")
	expect "tree-$bad_name" "kernels: TREE=$bad_name $bad_wanted||1|" "$(taken "$bad_name")"
}

# refusal COMMAND...  what the command prints for a tree that does not exist, and its exit status
refusal() {
	refusal_status=0
	TREE=$FAKE/nowhere BUILD=$FAKE/build "$@" >"$FAKE/out" 2>&1 || refusal_status=$?
	printf '%s|%s' "$(sed "s,$FAKE/,,g" "$FAKE/out" | tr '\n' '|')" "$refusal_status"
}

# unset_option OPTION
unset_option() {
	sed -i "/^CONFIG_$1=/d" .config include/config/auto.conf
}

bad_trees() {
	not_built='make ARCH=powerpc CROSS_COMPILE=powerpc64le-linux-gnu- vmlinux modules'
	expect tree-nowhere 'kernels: TREE=nowhere is no folder||1|' "$(taken nowhere)"
	expect tree-nowhere-to-test 'kernels: TREE=nowhere is no folder||1' "$(refusal "$ROOT/tests/run" guest)"
	expect tree-nowhere-for-faults 'kernels: TREE=nowhere is no folder||1' "$(refusal "$ROOT/tests/upstream/run" B4)"
	bad no-config 'is no kernel tree with a build: it has no .config' rm .config
	bad other-architecture 'is configured for another architecture: the guests are ppc64le (CONFIG_PPC64, CONFIG_CPU_LITTLE_ENDIAN)' \
		unset_option CPU_LITTLE_ENDIAN
	bad without-vfio 'has no CONFIG_VFIO: the module cannot be built for it' unset_option VFIO
	bad without-console 'has no CONFIG_HVC_CONSOLE: no guest starts without' unset_option HVC_CONSOLE
	bad without-a-start 'has no CONFIG_PPC_OF_BOOT_TRAMPOLINE: no guest starts without' unset_option PPC_OF_BOOT_TRAMPOLINE
	bad no-image "is not built, it has no vmlinux: $not_built" rm vmlinux
	bad no-symbols "is not built, it has no Module.symvers: $not_built" rm Module.symvers
	bad no-module 'is not built to its end, it has no drivers/some.ko' rm drivers/some.ko
	bad other-image 'has a vmlinux that is not for ppc64le' cp scripts/mod/modpost vmlinux
	bad no-elf-image 'has a vmlinux that is not for ppc64le' cp .config vmlinux
	bad other-machine 'was built on another kind of machine: its scripts/ do not run here' cp vmlinux scripts/mod/modpost
	bad other-compiler 'was built with powerpc64le-linux-gnu-gcc-99, which this machine does not have' sed -i 's/gcc-12/gcc-99/' .config
	bad clang 'was built with clang: the rig builds modules with gcc alone' sed -i 's/_SWAP=/_CC_IS_CLANG=/' .config
	bad too-old "is refused: vfio_pseries: this kernel's VFIO and IOMMU core are too old: use Linux 6.1, 6.4 or later, RHEL 9.5, 9.6 or 10" \
		fake_version 5 15 .
	bad in-between "is refused: vfio_pseries: nobody knows how this kernel gives a PE back to the host: use Linux 6.1, 6.4 or later, RHEL 9.5, 9.6 or 10" \
		fake_version 6 2 .
	bad too-new 'is refused: vfio_pseries: struct vfio_iommu_driver_ops is only known up to Linux 7.3: use such a kernel, or a newer vfio_pseries' \
		fake_version 7 4 .
}

# on_tree COMMAND...  runs it with the build folder into which the good tree was taken
on_tree() {
	BUILD=$FAKE/build "$@"
}

# where MODULE  in the tree that was taken: its path, or "-"
where() (
	. "$ROOT/rig/initramfs.sh"
	tree=$FAKE/build/tree/root/lib/modules/6.8.0-own
	module_file "$1"
)

good_trees() {
	fake_tree good
	expect tree-good 'tree: taking the kernel of good||0|./tree' "$(taken good)"
	expect tree-again '|0|./tree' "$(taken good)"
	expect tree-line 'tree 6.8.0-own powerpc64le-linux-gnu-gcc-12 - more' "$(cat "$FAKE/build/tree/target")"
	expect tree-module kernel/drivers/some.ko "$(where some)"
	expect tree-module-built-in - "$(where within)"
	touch -d '+1 minute' "$FAKE/good/vmlinux"
	expect tree-built-anew 'tree: taking the kernel of good||0|./tree' "$(taken good)"
	expect tree-bad-beside-it 'kernels: TREE=nowhere is no folder||1|./tree' "$(taken nowhere)"
	fake_tree other
	expect tree-another 'tree: taking the kernel of other||0|./tree' "$(taken other)"
	expect tree-another-source "$FAKE/other" "$(cat "$FAKE/build/tree/source")"
}

# If a scenario needs what the tree lacks, the scenario is skipped and this is shown; other kernels must have it
needs() {
	scenario needy 'NEEDS="SWAP KPROBES FTRACE" MODULES="some within nvme"'
	on_tree "$ROOT/rig/boot" tree "$WORK/needy.scenario" >"$FAKE/out" 2>&1 || :
	expect tree-skips 'skip needy - the tree lacks CONFIG_BLK_DEV_NVME CONFIG_FTRACE CONFIG_KPROBES' "$(cat "$FAKE/build/log/tree-needy/tap")"
	expect tree-lacks 'needy CONFIG_BLK_DEV_NVME CONFIG_FTRACE CONFIG_KPROBES' "$(on_tree "$ROOT/rig/lacks" tree "$WORK/needy.scenario")"
	scenario content 'NEEDS=SWAP MODULES="some within vfio_pseries"'
	expect tree-lacks-nothing '' "$(on_tree "$ROOT/rig/lacks" tree "$WORK/content.scenario")"
	scenario others 'NEEDS=KPROBES SINCE=6.9'
	expect tree-lacks-not-meant '' "$(on_tree "$ROOT/rig/lacks" tree "$WORK/others.scenario")"
	scenario needy 'NEEDS=NOSUCH'
	expect packaged-has-to-have "boot: $KERNEL lacks what needy needs: CONFIG_NOSUCH" \
		"$("$ROOT/rig/boot" "$KERNEL" "$WORK/needy.scenario" 2>&1)"
}

# Words that a script may contain, each behind the option that its scenario then has to name
with_needs() {
	printf '%s\n' 'KPROBES tce_inject' 'HUGETLBFS huge_pages' 'KEXEC kexec -l' 'SWAP swapon' 'KPROBE_EVENTS kprobe_events' \
		'DEBUG_FS kernel/debug' 'MEMORY_HOTPLUG memory-backend-ram'
}

# scenario_of SCRIPT  the text of its scenario, and the text of a scenario that this one sources
scenario_of() {
	cat "${1%.guest.sh}.scenario"
	sed -n "s,^[.] \"[$]ROOT\"*/\(.*scenario\)\"*,$ROOT/\1,p" "${1%.guest.sh}.scenario" | xargs -r cat
}

undeclared() {
	with_needs | while read -r option words; do
		grep -l -e "$words" "$ROOT"/tests/guest/*.guest.sh "$ROOT"/tests/docs/*.guest.sh | grep -v common |
			while read -r script; do
				scenario_of "$script" | grep '^NEEDS=' | grep -qw "$option" || say "$script: $option"
			done
	done
}

trees() {
	rm -rf "$FAKE"
	mkdir -p "$FAKE/build/cache"
	for file in cache/busybox cache/busybox.list; do
		ln -s "$BUILD/$file" "$FAKE/build/$file"
	done
	cp -p "$BUILD/busybox" "$FAKE/build/"
	bad_trees
	good_trees
	needs
	expect scenarios-say-what-they-need '' "$(undeclared)"
}
