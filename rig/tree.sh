# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The tester's own kernel tree as a kernel of the rig, called "tree": TREE=PATH in the environment is the
# folder of its build. Nothing is written there. build/tree has links to it, a stripped image, and the line
# that rig/kernels.list would have.

# The options that a guest needs for its start, its console, its initramfs and its shell; and those that the module
# needs
TREE_GUEST="PPC_PSERIES PPC_OF_BOOT_TRAMPOLINE PCI BLK_DEV_INITRD BINFMT_ELF BINFMT_SCRIPT PRINTK TTY HVC_CONSOLE PROC_FS SYSFS
	DEVTMPFS TMPFS MULTIUSER"
TREE_MODULE="MODULES VFIO SPAPR_TCE_IOMMU EEH"

# What a build leaves, in the order in which the files are made
TREE_BUILT="include/config/auto.conf include/config/kernel.release include/generated/autoconf.h
	include/generated/uapi/linux/version.h scripts/mod/modpost vmlinux modules.order modules.builtin modules.builtin.modinfo
	Module.symvers"

refuse_tree() {
	die "TREE=$TREE $*"
}

# elf_machine FILE  its class, byte order and machine, as numbers; nothing for other files
elf_machine() {
	[ "$(head -c 4 "$1" | tail -c 3)" = ELF ] || return 0
	od -An -tu1 -j4 -N2 -w2 "$1" | tr -s ' \n' ' '
	od -An -tu2 -j18 -N2 "$1" | tr -d ' '
}

tree_has() {
	grep -q "^CONFIG_$1=[ym]" "$TREE/.config"
}

# tree_lacks OPTION...  prints the options that are not set
tree_lacks() {
	for option in "$@"; do
		tree_has "$option" || printf ' %s' "CONFIG_$option"
	done
}

# The compiler that the tree was built with
tree_compiler() {
	sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ "]*\).*/\1/p' "$TREE/.config"
}

# The error with which the module's own sources refuse that version, if they do
tree_guard() {
	mkdir -p "$1/linux"
	: >"$1/linux/types.h"
	LC_ALL=C "$(tree_compiler)" -E -nostdinc -I "$1" -I "$TREE/include/generated/uapi" \
		"$ROOT/driver/compat/vfio_driver.h" 2>&1 >/dev/null | sed -n 's/.*#error "\(.*\)".*/\1/p' | head -n 1
}

# The tree's modules, below its top and without a suffix: kernels name them in three ways
tree_modules() {
	sed 's,^kernel/,,; s,[.]k*o$,,' "$TREE/modules.order"
}

check_architecture() {
	[ -z "$(tree_lacks PPC64 CPU_LITTLE_ENDIAN)" ] ||
		refuse_tree "is configured for another architecture: the guests are ppc64le (CONFIG_PPC64, CONFIG_CPU_LITTLE_ENDIAN)"
}

check_options() {
	# shellcheck disable=SC2086 # lists of words
	missing=$(tree_lacks $TREE_MODULE)
	[ -z "$missing" ] || refuse_tree "has no$missing: the module cannot be built for it"
	# shellcheck disable=SC2086
	missing=$(tree_lacks $TREE_GUEST)
	[ -z "$missing" ] || refuse_tree "has no$missing: no guest starts without"
}

check_build() {
	for file in $TREE_BUILT; do
		[ -e "$TREE/$file" ] ||
			refuse_tree "is not built, it has no $file: make ARCH=powerpc CROSS_COMPILE=$CROSS vmlinux modules"
	done
	missing=$(tree_modules | while read -r module; do
		[ -e "$TREE/$module.ko" ] || { say "$module.ko"; break; }
	done)
	[ -z "$missing" ] || refuse_tree "is not built to its end, it has no $missing"
	[ "$(elf_machine "$TREE/vmlinux")" = " 2 1 21" ] || refuse_tree "has a vmlinux that is not for ppc64le"
	[ "$(elf_machine "$TREE/scripts/mod/modpost")" = "$(elf_machine "$(command -v od)")" ] ||
		refuse_tree "was built on another kind of machine: its scripts/ do not run here"
	! tree_has CC_IS_CLANG || refuse_tree "was built with clang: the rig builds modules with gcc alone"
	command -v "$(tree_compiler)" >/dev/null ||
		refuse_tree "was built with $(tree_compiler), which this machine does not have"
}

check_version() {
	sentence=$(tree_guard "$BUILD/tree.guard")
	rm -rf "$BUILD/tree.guard"
	[ -z "$sentence" ] || refuse_tree "is refused: $sentence"
}

# check_tree  ends with a line that says what is missing; runs before anything is made from the tree
check_tree() {
	[ -d "$TREE" ] || refuse_tree "is no folder"
	[ -e "$TREE/.config" ] || refuse_tree "is no kernel tree with a build: it has no .config"
	check_architecture
	check_options
	check_build
	check_version
}

# A folder and the files in it on each line
modules_by_folder() {
	tree_modules | awk -v top="$TREE" '
	{
		folder = $0
		if (!sub("/[^/]*$", "", folder))
			folder = "."
		files[folder] = files[folder] " " top "/" $0 ".ko"
	}
	END { for (folder in files) print folder files[folder] }'
}

# link_modules DIRECTORY  the tree's modules as they would be installed there
link_modules() {
	mkdir -p "$1"
	cp "$TREE/modules.builtin" "$TREE/modules.builtin.modinfo" "$1/"
	tree_modules | sed 's,.*,kernel/&.ko,' >"$1/modules.order"
	modules_by_folder | while read -r folder files; do
		mkdir -p "$1/kernel/$folder"
		# shellcheck disable=SC2086 # a list of words
		ln -s -t "$1/kernel/$folder" $files
	done
}

# up_to_date  build/tree was made from this tree, as it was built last
up_to_date() {
	[ "$(cat "$BUILD/tree/source" 2>/dev/null)" = "$TREE" ] || return 1
	for file in vmlinux modules.order Module.symvers include/config/auto.conf; do
		newer "$TREE/$file" "$BUILD/tree/release" && return 1
	done
	return 0
}

# take_tree  makes build/tree from it, completely or not at all
take_tree() {
	! up_to_date || return 0
	say "tree: taking the kernel of $TREE"
	part=$BUILD/tree.part
	rm -rf "$part" "$BUILD/tree"
	release=$(cat "$TREE/include/config/kernel.release")
	mkdir -p "$part"
	"${CROSS}strip" -o "$part/vmlinux" "$TREE/vmlinux"
	link_modules "$part/root/lib/modules/$release"
	depmod -b "$part/root" "$release"
	ln -s "$TREE" "$part/headers"
	printf 'tree %s %s - more\n' "$release" "$(tree_compiler)" >"$part/target"
	printf '%s\n' "$TREE" >"$part/source"
	printf '%s\n' "$release" >"$part/release"
	mv "$part" "$BUILD/tree"
}
