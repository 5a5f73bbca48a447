# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What is on the machine, for comparison: the names of all files, and what modprobe is told. Left out is what
# programs write for themselves: logs, caches, and the records of dpkg, apt and DKMS' last build.

files() {
	find / -xdev \( -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path /var/before -o -path /var/after -o -path /tmp -o -path /run -o -path /var/tmp \) -prune \
		-o -print | sort
}

take_snapshot() {
	mkdir -p "$1"
	files >"$1/files" && /sbin/modprobe --showconfig | sort >"$1/modprobe" &&
		dpkg-query -W | sort >"$1/packages"
}
