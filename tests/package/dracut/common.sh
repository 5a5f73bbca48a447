# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are for rig/boot, which sources this, and from it
#
# What the scenarios with an initramfs of dracut's share: a root for POWER with systemd and the RPM's files, the guest
# script in an archive of its own behind dracut's archive, and checks of what an image has.
NEEDS="$NEEDS CGROUPS EPOLL SIGNALFD TIMERFD INOTIFY_USER UNIX"
MODULES="$MODULES vfio_iommu_spapr_tce autofs4"
TOOLS="dracut-core systemd bash coreutils util-linux mount sed grep"
INITRD=$RUN/initrd
APPEND="root=LABEL=none systemd.show_status=no"
SLUB_DEBUG=
TIMEOUT=600
IMAGE_OF=$ROOT/tests/package/dracut/image

# Makes a root with a merged usr/, and the link sh, which the scripts of packages would make
make_root() {
	mkdir -p "$staging/usr/bin" "$staging/usr/sbin" "$staging/usr/lib" "$staging/usr/lib64" "$staging/etc/modprobe.d"
	for folder in bin sbin lib lib64; do
		ln -s "usr/$folder" "$staging/$folder"
	done
	add_tools
	ln -s bash "$staging/bin/sh"
	touch "$staging/etc/passwd" "$staging/etc/shadow"
	add_modules
	"$ROOT/package/place" rpm "$staging"
}

# make_overlay FILE  the guest script and what it needs
make_overlay() {
	staging=$RUN/overlay
	mkdir -p "$staging/check" "$staging/lib/dracut/hooks/initqueue/settled" "$staging/bin"
	cp "$BUILD/busybox" "$staging/check/"
	guest_environment >"$staging/check/environment"
	cp "$ROOT/rig/guest/lib.sh" "$staging/lib.sh"
	cp "$GUEST_SCRIPT" "$staging/guest.sh"
	cp "$ROOT/tests/package/dracut/hook.sh" "$staging/lib/dracut/hooks/initqueue/settled/00-check.sh"
	: >"$staging/lib/dracut/need-initqueue"
	FILES="$FILES tests/package/drivers.guest.sh:drivers.sh"
	add_files
	(cd "$staging" && { find check -type d && find . -type f; } | cpio --quiet -o -H newc -R 0:0) >>"$1"
}

# list_names IMAGE  writes the names of its files to IMAGE.names
list_names() {
	cpio --quiet -it <"$1" | LC_ALL=C sort >"$1.names"
}

# has NAME IMAGE PATTERN...  the image has a file for each pattern; has_not: it has none
has() {
	has_name=$1
	names=$RUN/$2.names
	shift 2
	for pattern in "$@"; do
		grep -q "$pattern" "$names" || { say "not ok $has_name - no $pattern in ${names##*/}"; return 0; }
	done
	say "ok $has_name"
}

has_not() {
	if found=$(grep "$3" "$RUN/$2.names"); then
		say "not ok $1 - in $2: $found" | head -n 1
	else
		say "ok $1"
	fi
}
