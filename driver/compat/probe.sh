#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Finds out what the target kernel has: compiles each probes/have_X.c with that kernel's own build
# and writes config.h, with "#define HAVE_X 1" where it compiled and a comment where it did not.
# Called by ../Makefile with KERNELDIR and MAKE in the environment; what the kernel's build needs
# beyond (ARCH, CROSS_COMPILE, CC) comes through MAKEFLAGS.
# Warnings do not decide: KCFLAGS (where -Werror comes from) is left out.
#
# HAVE_EXPORT_X says that the kernel, or a module of its, exports the function X; EXPORTS has their names.
#
# A probe says no by failing to compile, and so does a broken set-up. The control probe
# have_kernel_build.c, which every kernel passes, tells the two apart: without it nothing is
# written, and the compiler's words are shown. (What each probe said is in probe.log.)
#
# allowed.c is the header that decides for which kernels the module is built. Where it does not compile
# nothing is written either, and its sentence is all that is shown.
#
# config.h is only touched when it changes, and nothing is compiled when neither the probes, the
# kernel nor the compiler's options have changed: config.key remembers them.
set -eu
cd "$(dirname "$0")"
: "${KERNELDIR:?}"
MAKE=${MAKE:-make}
HERE=$(pwd)
WORK=$HERE/probe.build
CONTROL=have_kernel_build
GUARD=allowed
EXPORTS=kvm_put_kvm

probe_names() {
	for file in probes/have_*.c; do
		name=${file##*/}
		printf '%s\n' "${name%.c}"
	done
}

key() {
	printf '%s\n' "$KERNELDIR" "${MAKEFLAGS#*-- }"
	for part in include/config/auto.conf include/generated/utsrelease.h Module.symvers; do
		[ -r "$KERNELDIR/$part" ] && cksum <"$KERNELDIR/$part"
	done
	cksum probe.sh vfio_driver.h probes/*
}

compile() {
	rm -rf "$WORK"
	mkdir "$WORK"
	cp probes/* vfio_driver.h "$WORK"/
	for name in $GUARD $(probe_names); do
		printf 'obj-m += %s.o\n' "$name"
	done >"$WORK/Kbuild"
	# shellcheck disable=SC2046 # a list of words
	LC_ALL=C $MAKE -k -C "$KERNELDIR" M="$WORK" W= C= KCFLAGS= $GUARD.o \
		$(probe_names | sed 's/$/.o/') >probe.log 2>&1 || :
}

# The guard's own sentence
refusal() {
	sed -n 's/.*#error "\(.*\)".*/\1/p' probe.log | head -n 1
}

# To each module with a GPL-compatible licence, and not in a namespace
has_export() {
	[ -r "$KERNELDIR/Module.symvers" ] &&
		awk -F '\t' -v name="$1" '$2 == name && $4 == "EXPORT_SYMBOL_GPL" && $5 == "" { found = 1 }
			END { exit !found }' "$KERNELDIR/Module.symvers"
}

# define NAME COMMAND...  a macro, if the command succeeds
define() {
	macro=$(printf '%s' "$1" | tr '[:lower:]' '[:upper:]')
	shift
	if "$@"; then
		printf '#define %s 1\n' "$macro"
	else
		printf '/* %s is not set */\n' "$macro"
	fi
}

judge() {
	printf '/* SPDX-License-Identifier: GPL-2.0-only */\n'
	printf '/* Written by probe.sh: what the target kernel has. */\n'
	for name in $(probe_names); do
		define "$name" test -e "$WORK/$name.o"
	done
	for name in $EXPORTS; do
		define "have_export_$name" has_export "$name"
	done
}

key >config.key.new
if [ -e config.h ] && cmp -s config.key.new config.key; then
	rm config.key.new
	exit 0
fi
rm -f config.key
compile
trap 'rm -rf "$WORK" config.key.new config.h.new' EXIT
if [ ! -e "$WORK/$CONTROL.o" ]; then
	cat probe.log >&2
	echo "probe.sh: modules cannot be built against $KERNELDIR: even $CONTROL.c does not compile" >&2
	exit 1
fi
if [ ! -e "$WORK/$GUARD.o" ]; then
	refusal >&2
	exit 1
fi
judge >config.h.new
if cmp -s config.h.new config.h; then
	rm config.h.new
else
	mv config.h.new config.h
fi
mv config.key.new config.key
