# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's initramfs: BusyBox, init, the scenario's script, files and kernel modules. Uses the
# variables that rig/boot has; needs no root, since the kernel brings /dev/console itself.

# module_file NAME  its path in the kernel's tree; "-" if it is built in
module_file() {
	pattern="(^|/)$(printf '%s' "$1" | sed 's/[-_]/[-_]/g')[.]ko"
	awk -v pattern="$pattern" -F: '$1 ~ pattern { print $1; exit }' "$tree/modules.dep" | grep . ||
		{ grep -qE "$pattern" "$tree/modules.builtin" && echo -; }
}

# needs_of PATH  a module and all that it needs
needs_of() {
	awk -v path="$1" -F: '$1 == path { print $1; print $2 }' "$tree/modules.dep" | tr -s ' ' '\n' |
		grep .
}

unpacked() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dcq "$1" ;;
	*) cat "$1" ;;
	esac
}

add_packaged_module() {
	module_path=$(module_file "$1") || die "$KERNEL has no module '$1' (needed by $NAME)"
	[ "$module_path" != - ] || return 0
	for path in $(needs_of "$module_path"); do
		plain=$staging/lib/modules/$RELEASE/${path%.xz}
		plain=${plain%.zst}
		[ -e "$plain" ] && continue
		mkdir -p "${plain%/*}"
		unpacked "$tree/$path" >"$plain"
		[ "$KERNEL" != tree ] || "${CROSS}strip" --strip-debug "$plain"
	done
}

# The module under test is not in the package: it is put into updates/, together with the modules that it needs.
add_our_module() {
	ours=$BUILD/$KERNEL/vfio_pseries.ko
	[ -e "$ours" ] || die "$KERNEL has no vfio_pseries.ko: run rig/modules $KERNEL first"
	mkdir -p "$staging/lib/modules/$RELEASE/updates"
	cp "$ours" "$staging/lib/modules/$RELEASE/updates/"
	ln -s "lib/modules/$RELEASE/updates/vfio_pseries.ko" "$staging/vfio_pseries.ko"
	for need in $(modinfo -F depends "$ours" | tr ',' ' '); do
		add_packaged_module "$need"
	done
}

add_modules() {
	tree=$BUILD/$KERNEL/root/lib/modules/$RELEASE
	mkdir -p "$staging/lib/modules/$RELEASE"
	cp "$tree/modules.builtin" "$tree/modules.order" "$staging/lib/modules/$RELEASE/"
	[ ! -e "$tree/modules.builtin.modinfo" ] ||
		cp "$tree/modules.builtin.modinfo" "$staging/lib/modules/$RELEASE/"
	for module in $MODULES; do
		case $module in
		vfio_pseries) add_our_module ;;
		*) add_packaged_module "$module" ;;
		esac
	done
	depmod -b "$staging" "$RELEASE"
}

add_files() {
	for pair in $FILES; do
		from=${pair%%:*}
		case $from in
		/*) ;;
		*) from=$ROOT/$from ;;
		esac
		[ -e "$from" ] || die "$NAME wants $from, which is not there"
		to=$staging/${pair#*:}
		mkdir -p "${to%/*}"
		cp "$from" "$to"
	done
}

# Programs from packages, with their libraries. A folder that is a link here stays a link.
add_tools() {
	for tool in $TOOLS; do
		[ -d "$BUILD/tools/$tool" ] || die "$NAME needs $tool: run rig/tools $tool first"
		tar -C "$BUILD/tools/$tool" -c . | tar -C "$staging" --keep-directory-symlink -x
	done
}

# The rig's own programs for the guest
add_programs() {
	mkdir -p "$BUILD/guest"
	for program in mark rtas; do
		binary=$BUILD/guest/$program
		for source in "$ROOT/rig/guest/$program.c" "$ROOT/rig/guest/mark.h"; do
			newer "$binary" "$source" && continue
			"${CROSS}gcc" -O2 -Wall -Wextra -Werror -static -o "$binary.$$" \
				"$ROOT/rig/guest/$program.c"
			mv "$binary.$$" "$binary"
			break
		done
		cp "$binary" "$staging/bin/$program"
	done
}

# What the guest script finds in its environment
guest_environment() {
	printf 'export KERNEL=%s NAME=%s OWNERSHIP=%s PREEMPTIBLE=%s\n' "$KERNEL" "$NAME" "$(kernel_ownership "$KERNEL")" \
		"$(! kernel_has "$KERNEL" PREEMPTION || echo yes)"
	[ -z "$PERSONALITY" ] ||
		printf "export PERSONALITY=%s INJECT='%s'\n" "$PERSONALITY" "$INJECT"
	printf 'export SLOWNESS=%s\n' "$(kernel_slowness "$KERNEL")"
	[ -z "$FORGIVE_LEAKS" ] || printf "export FORGIVE_LEAKS='%s'\n" "$FORGIVE_LEAKS"
	for pair in $ENVIRONMENT; do
		printf 'export %s\n' "$pair"
	done
}

# make_initramfs FILE
make_initramfs() {
	staging=$RUN/root
	mkdir -p "$staging/bin" "$staging/proc" "$staging/sys" "$staging/dev" "$staging/tmp" \
		"$staging/etc"
	ln -s bin "$staging/sbin"
	cp "$BUILD/busybox" "$staging/bin/busybox"
	cp "$ROOT/rig/guest/init.sh" "$staging/init"
	cp "$ROOT/rig/guest/lib.sh" "$staging/lib.sh"
	cp "$GUEST_SCRIPT" "$staging/guest.sh"
	printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' \
		>"$staging/etc/passwd"
	guest_environment >"$staging/environment"
	chmod 755 "$staging/init"
	add_programs
	add_modules
	add_tools
	add_files
	(cd "$staging" && find . | cpio --quiet -o -H newc -R 0:0) >"$1"
	rm -rf "$staging"
}
