# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Tests what long steps show on a terminal (rig/lib.sh's "meanwhile" and those who use it), and that nothing of it is
# shown elsewhere. Uses functions of tests/rig/run.

: "${WORK:?}" "${KERNEL:?}"
SHOWN=$WORK/progress

# on_terminal COMMAND...  runs it on a terminal; what it shows is in $SHOWN/tty, a line for each
on_terminal() {
	script -qec "$*" "$SHOWN/raw" </dev/null >/dev/null || :
	tr '\r' '\n' <"$SHOWN/raw" | sed 's/\x1b\[K//g' >"$SHOWN/tty"
}

# shows NAME LINE  the last terminal has shown a line that this basic regular expression matches
shows() {
	seen=no
	! grep -qx "$2" "$SHOWN/tty" || seen=yes
	[ "$seen" = yes ] || sed 's/^/# /' "$SHOWN/tty"
	expect "progress-$1" yes "$seen"
}

# A command that does one of three things and goes on for seconds
write_steps() {
	cat >"$SHOWN/steps" <<-'END'
	set -eu
	. "$ROOT/rig/lib.sh"
	: >done
	count() { say "$(wc -l <done) and more"; }
	too_many() { say 5; }
	silent() { :; }
	work() { echo 1 >>done; sleep 3; echo printed; return 3; }
	meanwhile "a line"
	with_progress things 3 count work || echo "status $?"
	with_progress things 3 too_many true
	with_progress things 4 silent true
	timed 9 sleep 3
	END
}

steps() {
	write_steps
	export ROOT
	on_terminal "cd '$SHOWN' && sh ./steps"
	shows line 'a line'
	shows begin '  0 of 3 things, 3 left: and more'
	shows one '  1 of 3 things, 2 left: and more'
	shows output printed
	shows status 'status 3'
	shows too-many '  3 of 3 things, 0 left'
	shows silent '  0 of 4 things, 4 left'
	shows seconds '  [1-9] of 9 seconds at most, [0-8] left'
	expect progress-elsewhere 'printed|status 3|' "$(cd "$SHOWN" && sh ./steps | tr '\n' '|')"
}

# An apt that fetches two packages, one after the other
fake_fetch() {
	mkdir -p "$SHOWN/bin" "$CACHE/apt/bookworm"
	cat >"$SHOWN/bin/apt-get" <<-'END'
	#!/bin/sh
	for word in "$@"; do
		case $word in
		Dir::Cache::archives=*) into=${word#*=} ;;
		-s) printf 'Inst one (1)\nInst two (1)\n'; exit ;;
		esac
	done
	: >"$into/one.deb"
	sleep 3
	: >"$into/two.deb"
	END
	chmod +x "$SHOWN/bin/apt-get"
	printf '%s\n' ". '$ROOT/rig/lib.sh'" ". '$ROOT/rig/apt.sh'" \
		"apt_fetch_with_needs bookworm '$SHOWN/fetched' one" >"$SHOWN/fetch"
}

downloads() {
	fake_fetch
	on_terminal "PATH='$SHOWN/bin':\$PATH BUILD='$SHOWN' sh '$SHOWN/fetch'"
	shows download '  1 of 2 packages, 1 left'
	expect progress-fetched 'one.deb two.deb' "$(cd "$SHOWN/fetched" && echo *)"
}

builds() {
	on_terminal "'$ROOT/rig/modules' $KERNEL $KERNEL"
	shows build "  [0-9]* of [1-9][0-9]* files of module 2 of 2 ($KERNEL), [0-9]* left"
}

# The stand-in for QEMU runs below another build/, since a run of tests/run is what this is a part of
linked_build() {
	for part in "$KERNEL" cache guest busybox; do
		ln -s "$BUILD/$part" "$SHOWN/$part"
	done
}

# Two guests, one after the other
guests() {
	export FAKE_SLEEP=3 JOBS=1 SCENARIOS='hash life' KERNELS="$KERNEL"
	on_terminal "PATH='$WORK/bin':\$PATH BUILD='$SHOWN' '$ROOT/tests/run' guest"
	shows suite 'guest-programs ... (1 of 1 suites left)'
	shows guests "  0 of 2 guests, 2 left: $KERNEL-life has run for [1-9][0-9]* s"
	shows guests-left "  1 of 2 guests, 1 left: $KERNEL-hash has run for [0-9]* s"
	shows results '3 passed, 0 failed'
	PATH=$WORK/bin:$PATH BUILD=$SHOWN "$ROOT/tests/run" guest >"$SHOWN/tty"
	expect progress-not-in-a-file 0 "$(grep -c 'left' "$SHOWN/tty")"
	on_terminal "PATH='$WORK/bin':\$PATH BUILD='$SHOWN' '$ROOT/demo/run' $KERNEL"
	shows demo '  [1-9][0-9]* of 90 seconds at most, [1-8][0-9] left'
	unset FAKE_SLEEP JOBS SCENARIOS KERNELS
}

progress() {
	mkdir -p "$SHOWN"
	linked_build
	steps
	downloads
	builds
	guests
}
