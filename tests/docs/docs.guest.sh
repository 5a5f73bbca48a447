# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /doc.sh
export DOCS=/docs TCECTL_PCI_IDS=/pci.ids PATH=/sbin:/usr/sbin:/bin

# BusyBox has no groupadd
add_group() {
	mkdir -p /etc
	# shellcheck disable=SC2016 # for that script
	printf '#!/bin/sh\necho "$2:x:4242:" >>/etc/group\n' >/bin/groupadd
	chmod +x /bin/groupadd
}

add_alice() {
	echo "root:x:0:0::/root:/bin/sh" >>/etc/passwd
	echo "alice:x:1000:1000::/tmp:/bin/sh" >>/etc/passwd
	su alice -c true
}

# The limit that the guide's command gives her at her next login
alice_uses_disk() {
	(ulimit -l 4194304 && su alice -c "PATH=$PATH tcectl test $NVME")
}

host_has_disk() {
	wait_for 20 has_disk "$NVME" && read_disk
}

try device-is-the-pages [ "$NVME" = 0000:00:00.0 ]
try host-disk use_disk
try alice add_alice
try groupadd add_group
try module doc module
try our-driver test -e /sys/module/vfio_pseries
try signatures doc signatures
try look doc look
try bind doc bind
try bound has_driver vfio-pci
try permit doc permit
try for-alice doc for-alice
try huge-pages doc huge-pages
try alice-uses-disk alice_uses_disk
try test doc test
try user hold hold/windows
try stat doc stat
try dump doc dump
try metrics doc metrics
try watch doc watch
try trace doc trace
let_go || failed
try unbind doc unbind
try unbound host_has_disk
try bind-by-hand doc bind-by-hand
try bound-by-hand has_driver vfio-pci
try unbind-by-hand doc unbind-by-hand
try unbound-by-hand host_has_disk
try persist doc persist
try persist-bound has_driver vfio-pci
try setup doc setup
try forget doc forget
try forgotten host_has_disk
try readme doc readme
try readme-unbound host_has_disk
finish
