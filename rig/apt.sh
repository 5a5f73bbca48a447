# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Gets packages of another architecture or suite, by name, and does not change the machine's package state. Each suite
# has an apt state of its own under build/cache/apt/SUITE. Its sources are the machine's own, with only the suite
# changed. If the index of a suite cannot be read (a mirror is being synchronised), only those who need that suite are
# affected.

APT_ROOT=$CACHE/apt
GUEST_ARCH=ppc64el
HOST_ARCH=$(dpkg --print-architecture)

# apt_suite SUITE TOOL ARGUMENTS...
apt_suite() {
	apt_dir=$APT_ROOT/$1
	apt_tool=$2
	shift 2
	"$apt_tool" -q \
		-o APT::Architecture="$GUEST_ARCH" \
		-o APT::Architectures::="$GUEST_ARCH" -o APT::Architectures::="$HOST_ARCH" \
		-o APT::Sandbox::User=root \
		-o Dir::State="$apt_dir/state" -o Dir::State::status="$apt_dir/status" \
		-o Dir::Cache="$apt_dir/cache" \
		-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt_dir/sources" \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Acquire::Languages=none -o Acquire::Retries=2 \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false \
		"$@"
}

# The two awk programs below print, for one suite, the machine's entries that serve it. An entry of the release itself
# also stands for its backports; updates and security have entries of their own. A later release is expected at the
# same place as this one. A restriction to an architecture is dropped, because two are needed here.
apt_wanted_suites() {
	case $1 in
	*-security | *-updates) printf '%s' "$1" ;;
	*) printf '%s stable oldstable %s' "${1%-backports}" "$(. /etc/os-release && echo "$VERSION_CODENAME")" ;;
	esac
}

apt_sources_deb822() {
	awk -v want="$(apt_wanted_suites "$1")" -v suite="$1" -v RS= '
	BEGIN { count = split(want, names, " ") }
	function line_of(field,   lines, n, i) {
		n = split($0, lines, "\n")
		for (i = 1; i <= n; i++)
			if (tolower(lines[i]) ~ "^" field ":")
				return lines[i] " "
		return ""
	}
	function serves(   i) {
		for (i = 1; i <= count; i++)
			if (line_of("suites") ~ "[ \t:]" names[i] "[ /\t]")
				return 1
		return 0
	}
	line_of("types") ~ /[ \t:]deb[ \t]/ && line_of("enabled") !~ /no/ && serves() {
		n = split($0, lines, "\n")
		for (i = 1; i <= n; i++) {
			if (lines[i] ~ /^#/ || tolower(lines[i]) ~ /^architectures:/)
				continue
			if (tolower(lines[i]) ~ /^suites:/)
				lines[i] = "Suites: " suite
			if (tolower(lines[i]) ~ /^types:/)
				lines[i] = "Types: deb"
			print lines[i]
		}
		print ""
	}' /dev/null "$2"
}

apt_sources_one_line() {
	awk -v want="$(apt_wanted_suites "$1")" -v suite="$1" '
	BEGIN { count = split(want, names, " ") }
	$1 == "deb" {
		options = ""
		line = $0
		sub(/^[ \t]*deb[ \t]+/, "", line)
		if (match(line, /^\[[^]]*\][ \t]*/)) {
			options = substr(line, 1, RLENGTH)
			line = substr(line, RLENGTH + 1)
			gsub(/arch[+-]?=[^] \t]*/, "", options)
			if (options ~ /^\[[ \t]*\]/)
				options = ""
		}
		n = split(line, words, /[ \t]+/)
		for (i = 1; i <= count; i++) {
			if (words[2] != names[i])
				continue
			printf "deb %s%s %s", options, words[1], suite
			for (j = 3; j <= n; j++)
				printf " %s", words[j]
			print ""
			break
		}
	}' "$2"
}

# apt_sources SUITE DIRECTORY [ETC]  writes the derived sources; fails if the machine has none for it
apt_sources() {
	apt_etc=${3:-/etc/apt}
	mkdir -p "$2"
	rm -f "$2"/*
	for file in "$apt_etc"/sources.list.d/*.sources; do
		[ -r "$file" ] && apt_sources_deb822 "$1" "$file"
	done >"$2/machine.sources"
	for file in "$apt_etc"/sources.list "$apt_etc"/sources.list.d/*.list; do
		[ -r "$file" ] && apt_sources_one_line "$1" "$file"
	done >"$2/machine.list" || :
	[ -s "$2/machine.sources" ] || rm "$2/machine.sources"
	[ -s "$2/machine.list" ] || rm "$2/machine.list"
	[ -n "$(ls "$2")" ]
}

# apt_open SUITE  reads its index, once per run; a partial index is accepted: a package that it lacks is missed when
# the package is looked up
apt_open() {
	case " ${apt_opened:-} " in *" $1 "*) return 0 ;; esac
	mkdir -p "$APT_ROOT/$1/state/lists/partial" "$APT_ROOT/$1/cache/archives/partial"
	: >"$APT_ROOT/$1/status"
	apt_sources "$1" "$APT_ROOT/$1/sources" || return 1
	say "reading the package lists of $1"
	if apt_suite "$1" apt-get update >"$APT_ROOT/$1/log" 2>&1; then
		apt_opened="${apt_opened:-} $1"
	else
		sed -n 's/^[EW]: /  /p' "$APT_ROOT/$1/log" | head -n 3
	fi
}

# apt_field SUITE PACKAGE FIELD VERSION-PREFIX  this field of the newest version that begins with the prefix; the
# prefix 7.3 also matches 7.3~rc7
apt_field() {
	apt_suite "$1" apt-cache show "$2" 2>/dev/null | awk -v field="$3:" -v prefix="$4" '
		$1 == "Version:" { version = $2 }
		$1 == field { $1 = ""; value = substr($0, 2) }
		!NF { flush() }
		END { flush() }
		function flush() {
			if (value != "" && (version == prefix || index(version, prefix ".") == 1 ||
			    index(version, prefix "~") == 1))
				print version "\t" value
			version = value = ""
		}' | sort -V | tail -n 1 | cut -f 2
}

apt_download() {
	cd "$apt_into" && apt_suite "$apt_suite_name" apt-get download "$@" >fetch.log 2>&1
}

# The packages that are complete; while a package is being fetched, apt keeps it under another name
apt_fetched() {
	find "$apt_into" -maxdepth 1 -name '*.deb' | wc -l
}

# apt_fetch_with_needs SUITE DIRECTORY PACKAGE...  fetches them and all that they depend on, or fails; packages that are
# there already are not fetched again. The apt state is that of a machine without any package: apt resolves everything.
apt_fetch_with_needs() {
	apt_suite_name=$1
	apt_into=$2
	shift 2
	mkdir -p "$apt_into/partial"
	with_progress packages "$(apt_needs -s "$@" 2>/dev/null | grep -c '^Inst ')" apt_fetched \
		apt_needs_logged "$@" || {
		sed -n 's/^[EW]: /  /p' "$APT_ROOT/$apt_suite_name/log" | head -n 5
		return 1
	}
	rm -rf "$apt_into/partial" "$apt_into/lock"
}

apt_needs() {
	apt_suite "$apt_suite_name" apt-get -y --no-install-recommends --download-only \
		-o Dir::Cache::archives="$apt_into" install "$@"
}

apt_needs_logged() {
	apt_needs "$@" >"$APT_ROOT/$apt_suite_name/log" 2>&1
}

# apt_fetch SUITE DIRECTORY PACKAGE[:ARCH]...  fetches all of them or fails
apt_fetch() {
	apt_suite_name=$1
	apt_into=$2
	shift 2
	mkdir -p "$apt_into"
	(with_progress packages $# apt_fetched apt_download "$@") || {
		sed -n 's/^[EW]: /  /p' "$apt_into/fetch.log" | head -n 5
		return 1
	}
	rm "$apt_into/fetch.log"
}
