# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the RPMs contain and leave behind; tests/package/run sources this. They are installed with rpm's own --root
# into a root that has this machine's programs and Debian's DKMS. DKMS does there all that it does on a machine; only
# two programs are replaced: make, by one that brings a module that was built before, and uname, by one that names a
# POWER kernel.
: "${BUILD:?}" "${WORK:?}" "${HEADERS:?}" "${version:?}" "${release:?}"
RPM_ROOT=$WORK/rpm-root
RPMS=$WORK/rpms

rpm_packages_build() {
	"$ROOT/package/rpm"
	"$ROOT/package/rpm" --as "$version" 2 "$RPMS/release"
	"$ROOT/package/rpm" --as 99.0 1 "$RPMS/version"
}

# rpm_named NAME-VERSION-RELEASE.ARCH  the path of this package, which was built before
rpm_named() {
	find "$BUILD" "$RPMS" -maxdepth 2 -name "vfio-pseries-$1.rpm" | grep .
}

rpm_bad_words() {
	for words in 'rpm --from here' 'rpm --as' "place tarball $WORK/none" 'place deb'; do
		# shellcheck disable=SC2086 # a list of words
		! "$ROOT/package/"$words || return 1
	done
	[ ! -e "$WORK/none" ]
}

rpm_refuses_version() {
	"$ROOT/package/tree" "$WORK/other"
	sed -i 's/^Version:.*/Version: 77/' "$WORK/other/package/vfio-pseries.spec"
	if BUILD=$WORK/other/build "$WORK/other/package/rpm" >"$WORK/another-version" 2>&1; then return 1; fi
	grep 'another version' "$WORK/another-version"
}

# The same sources as in the Debian package, and the same files except those that only one of the two has
rpm_same_files() {
	mkdir -p "$WORK/rpm-files"
	rpm2cpio "$(rpm_named "dkms-$version-1.noarch")" | (cd "$WORK/rpm-files" && cpio -id --quiet)
	(cd "$WORK/rpm-files" && find . -type f ! -path './usr/share/*' | LC_ALL=C sort) >"$WORK/files.rpm"
	(cd "$WORK/root" && find . -type f ! -path './usr/share/*' | LC_ALL=C sort) >"$WORK/files.deb"
	[ "$(wc -l <"$WORK/files.rpm")" -gt 10 ]
	diff "$WORK/files.deb" "$WORK/files.rpm"
	diff -r "$WORK/root/usr/src" "$WORK/rpm-files/usr/src"
	[ -x "$WORK/rpm-files/usr/lib/dracut/modules.d/50vfio-pseries/module-setup.sh" ]
}

# tcectl needs no later library than RHEL 9 has: glibc 2.34, and libpci 3.7, whose names end with LIBPCI_3.7
rpm_cross_built() {
	rpm -qp --requires "$(rpm_named "tools-$version-1.ppc64le")" >"$WORK/requires"
	grep -qx 'libpci.so.3(LIBPCI_3.0)(64bit)' "$WORK/requires"
	latest=$(sed -n 's/.*(GLIBC_\(.*\))(64bit)/\1/p' "$WORK/requires" | sort -V | tail -n 1)
	echo "glibc $latest"
	[ "$(printf '%s\n' "$latest" 2.34 | sort -V | tail -n 1)" = 2.34 ]
	later=$(grep -E 'LIBPCI_3\.([89]|[1-9][0-9])' "$WORK/requires" || :)
	[ -z "$later" ]
	rpm2cpio "$(rpm_named "tools-$version-1.ppc64le")" | (cd "$WORK/rpm-files" && cpio -id --quiet)
	readelf -h "$WORK/rpm-files/usr/sbin/tcectl" | grep -q 'Machine: *PowerPC64'
	[ -e "$WORK/rpm-files/usr/share/bash-completion/completions/tcectl" ]
	[ -e "$WORK/rpm-files/usr/share/man/man8/tcectl.8" ]
}

# Names that RHEL, SLES and Fedora all use, and features that every rpm since 4.14 can read
rpm_requires() {
	rpm -qp --requires "$(rpm_named "dkms-$version-1.noarch")" | LC_ALL=C sort -u >"$WORK/requires"
	diff - "$WORK/requires" <<-END
		/bin/bash
		/bin/sh
		dkms
		kmod
		rpmlib(CompressedFileNames) <= 3.0.4-1
		rpmlib(FileDigests) <= 4.6.0-1
		rpmlib(PayloadFilesHavePrefix) <= 4.0-1
	END
	rpm -qp --requires "$(rpm_named "$version-1.src")" | grep -v '^rpmlib(' | LC_ALL=C sort >"$WORK/requires"
	printf '%s\n' gcc make pciutils-devel | diff - "$WORK/requires"
}

# Builds from the source RPM alone, as on a machine of the distributions: the compiler and libpci are this machine's
rpm_rebuilds() {
	mkdir -p "$WORK/rebuild"
	HOME=$WORK/rebuild rpmbuild --rebuild --nodeps --with tools -D "_topdir $WORK/rebuild" -D 'debug_package %{nil}' \
		"$(rpm_named "$version-1.src")"
	rebuilt=$(find "$WORK/rebuild/RPMS" -name 'vfio-pseries-tools-*.rpm')
	rpm2cpio "$rebuilt" | (cd "$WORK/rebuild" && cpio -id --quiet)
	"$WORK/rebuild/usr/sbin/tcectl" -V | grep -F "$version"
	[ -n "$(find "$WORK/rebuild/RPMS" -name 'vfio-pseries-dkms-*.noarch.rpm')" ]
}

# copy_programs NAME...  with their libraries
copy_programs() {
	for name in "$@"; do
		program=$(find /usr/bin /usr/sbin /bin /sbin -maxdepth 1 -name "$name" -print -quit)
		[ -n "$program" ] || { say "no $name"; continue; }
		for file in "$program" $(ldd "$program" 2>/dev/null | grep -o '/[^ ]*'); do
			[ -e "$RPM_ROOT$file" ] || cp --parents -L "$file" "$RPM_ROOT"
		done
	done
}

# replace NAME COMMAND  replaces the program in that root
replace() {
	rm -f "$RPM_ROOT/usr/bin/$1"
	printf '%s\n' '#!/bin/sh' "$2" >"$RPM_ROOT/usr/bin/$1"
	chmod 755 "$RPM_ROOT/usr/bin/$1"
}

make_rpm_root() {
	[ -x /usr/sbin/dkms ] || die "no dkms: run rig/setup package/host-packages"
	for folder in bin sbin lib64 lib/dracut/modules.d lib/modprobe.d src share/doc share/licenses share/man/man8 \
			share/bash-completion/completions; do
		mkdir -p "$RPM_ROOT/usr/$folder"
	done
	for folder in dev proc root tmp etc/dkms var/tmp var/lib/dkms; do
		mkdir -p "$RPM_ROOT/$folder"
	done
	for folder in bin sbin lib lib64; do
		ln -s "usr/$folder" "$RPM_ROOT/$folder"
	done
	: >"$RPM_ROOT/dev/null"
	ln -s /proc/self/fd "$RPM_ROOT/dev/fd"
	# shellcheck disable=SC2046 # lists of words
	copy_programs sh bash sed grep awk find xargs diff tar gzip xz zstd file modprobe modinfo depmod lsmod patch which \
		$(dpkg -L coreutils | sed -n 's,^\(/usr\)*/bin/,,p')
	cp /usr/sbin/dkms "$RPM_ROOT/usr/sbin/"
	cp -r /usr/lib/dkms "$RPM_ROOT/usr/lib/"
	cp /etc/dkms/framework.conf "$RPM_ROOT/etc/dkms/"
	cp "$BUILD/$KERNEL/vfio_pseries.ko" "$RPM_ROOT/module.ko"
	replace make 'case "$*" in *clean*) ;; *) cp /module.ko driver/vfio_pseries.ko ;; esac'
	replace strip :
	replace uname "case \$1 in -m) echo ppc64le ;; -r) echo $release ;; *) echo Linux ;; esac"
	mkdir -p "$RPM_ROOT/lib/modules/$release/build/include"
	cp "$HEADERS/.config" "$RPM_ROOT/lib/modules/$release/build/"
	touch "$RPM_ROOT/lib/modules/$release/modules.order" "$RPM_ROOT/lib/modules/$release/modules.builtin"
}

# as_superuser COMMAND...  runs it as root, possibly only of a namespace, in which that root has /proc
as_superuser() {
	# shellcheck disable=SC2016 # for the other shell to expand
	set -- sh -c 'mount --rbind /proc "$0/proc" && exec "$@"' "$RPM_ROOT" "$@"
	[ "$(id -u)" -eq 0 ] || set -- -r "$@"
	unshare -m "$@"
}

rpm_in_root() {
	as_superuser rpm --root "$RPM_ROOT" --nodeps --nosignature "$@"
}

in_rpm_root() {
	as_superuser env -i PATH=/usr/sbin:/usr/bin chroot "$RPM_ROOT" "$@"
}

# The names of all files except rpm's own and depmod's
rpm_root_files() {
	(cd "$RPM_ROOT" && find . \( -path ./var/lib/rpm -o -path ./root \) -prune -o ! -name 'modules.*' -print | LC_ALL=C sort)
}

# dkms_state WANTED  this is all that DKMS knows of the module; no earlier state is left
dkms_state() {
	state=$(in_rpm_root dkms status vfio-pseries)
	echo "dkms: $state"
	[ "$state" = "$1" ]
}

# dkms_installed VERSION  this version and its sources are installed, and no other
dkms_installed() {
	dkms_state "vfio-pseries/$1, $release, ppc64le: installed" || return 1
	[ "$(cd "$RPM_ROOT/usr/src" && echo vfio-pseries-*)" = "vfio-pseries-$1" ] || return 1
	[ "$(find "$RPM_ROOT/lib/modules/$release" -name 'vfio_pseries.ko*' | wc -l)" -eq 1 ] || return 1
	in_rpm_root modprobe --showconfig | grep -q '^install vfio_iommu_spapr_tce .*vfio_pseries'
}

rpm_installs() {
	rpm_root_files >"$WORK/files.before"
	rpm_in_root -i "$(rpm_named "dkms-$version-1.noarch")"
	dkms_installed "$version"
}

# The old version's preun must not remove what the new version has just installed
rpm_upgrades_release() {
	rpm_in_root -U "$(rpm_named "dkms-$version-2.noarch")"
	dkms_installed "$version"
}

rpm_upgrades_version() {
	rpm_in_root -U "$(rpm_named "dkms-99.0-1.noarch")"
	dkms_installed 99.0
}

rpm_reinstalls() {
	rpm_in_root -U --replacepkgs "$(rpm_named "dkms-99.0-1.noarch")"
	dkms_installed 99.0
}

rpm_downgrades() {
	rpm_in_root -U --oldpackage "$(rpm_named "dkms-$version-2.noarch")"
	dkms_installed "$version"
}

# DKMS keeps its folder of kernels' modules, and rpm leaves no file of ours
rpm_erases() {
	rpm_in_root -e vfio-pseries-dkms
	dkms_state ''
	rpm_root_files >"$WORK/files.after"
	diff "$WORK/files.before" "$WORK/files.after"
}

# A kernel without headers yet: the package is installed and says so, and DKMS builds when the headers come
rpm_without_headers() {
	mv "$RPM_ROOT/lib/modules/$release/build" "$RPM_ROOT/tmp/"
	rpm_in_root -i "$(rpm_named "dkms-$version-1.noarch")" >"$WORK/no-headers" 2>&1 || { cat "$WORK/no-headers"; return 1; }
	cat "$WORK/no-headers"
	grep -qi 'headers' "$WORK/no-headers"
	dkms_state "vfio-pseries/$version: added"
	mv "$RPM_ROOT/tmp/build" "$RPM_ROOT/lib/modules/$release/"
	in_rpm_root dkms autoinstall -k "$release"
	dkms_installed "$version"
	rpm_in_root -e vfio-pseries-dkms
}

rpm_tools_come_and_go() {
	rpm_in_root -i --ignorearch "$(rpm_named "tools-$version-1.ppc64le")"
	[ -x "$RPM_ROOT/usr/sbin/tcectl" ]
	rpm_in_root -e vfio-pseries-tools
	rpm_root_files >"$WORK/files.after"
	diff "$WORK/files.before" "$WORK/files.after"
}

# Installing runs scripts in another root, with /proc there: only root may do this
rpm_root_results() {
	result rpm-root make_rpm_root
	if ! as_superuser true 2>>"$WORK/rpm-root.log"; then
		for name in installs upgrades-release upgrades-version reinstalls downgrades erases without-headers tools; do
			say "skip rpm-$name - no root and no namespaces of a user's own: $(tail -n 1 "$WORK/rpm-root.log")"
		done
		return 0
	fi
	result rpm-installs rpm_installs
	result rpm-upgrades-release rpm_upgrades_release
	result rpm-upgrades-version rpm_upgrades_version
	result rpm-reinstalls rpm_reinstalls
	result rpm-downgrades rpm_downgrades
	result rpm-erases rpm_erases
	result rpm-without-headers rpm_without_headers
	result rpm-tools rpm_tools_come_and_go
}

rpm_results() {
	result rpm-packages-build rpm_packages_build
	result rpm-bad-words rpm_bad_words
	result rpm-refuses-version rpm_refuses_version
	result rpm-same-files rpm_same_files
	result rpm-cross-built rpm_cross_built
	result rpm-requires rpm_requires
	result rpm-rebuilds rpm_rebuilds
	rpm_root_results
}
