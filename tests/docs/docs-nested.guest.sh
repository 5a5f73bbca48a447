# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh
. /doc.sh
export DOCS=/docs

# The files that the command names, and a QEMU that knows the machine below it
prepare_command() {
	mkdir -p /tmp/reader /tmp/bin && cd /tmp/reader || return 1
	ln -s /vmlinux vmlinux
	ln -s /tmp/level2.initramfs initrd.img
	cat >/tmp/bin/qemu-system-ppc64 <<-END
		#!/bin/sh
		for word in "\$@"; do
			shift
			case \$word in
			pseries,accel=kvm) word=$(level2_machine) ;;
			console=hvc0) word="console=hvc0 pci=nomsi panic=-1" ;;
			esac
			set -- "\$@" "\$word"
		done
		exec timeout 300 /usr/bin/qemu-system-ppc64 -no-reboot -net none -vga none "\$@" >/tmp/level2.log
	END
	chmod 755 /tmp/bin/qemu-system-ppc64
	PATH=/tmp/bin:$PATH
	ldconfig 2>/dev/null || true
}

level2_ran() {
	doc qemu
	doc_status=$?
	tr -d '\r' </tmp/level2.log | tail -n 100 | sed 's/^/level 2| /'
	return "$doc_status"
}

nested_begin
try prepare-command prepare_command
try qemu level2_ran
level2_results
host_again docs-nested
finish
