# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

has_key() {
	give_back "$NVME" && wait_for 20 has_disk "$NVME" &&
		[ "$(dd if="/dev/$(disk_of "$NVME")" bs=512 skip=32768 count=1 2>/dev/null | head -n 1)" = \
			"$KEY block 00032768" ]
}

note "demo kernel $(uname -r)"
note "demo driver $DRIVER"
note "demo bdf $NVME"
note "demo pe $(readlink -f "$NODE" | sed 's,.*/,,')"
note "demo default-liobn 0x$(head -c 4 "$NODE/ibm,dma-window" | hexdump -e '4/1 "%02x"')"
try host-has-the-disk use_disk
try load-driver load_driver
try hand-over bind "$NVME" vfio-pci
if demo -v "$VERDICT" "$NVME" "$KEY"; then
	ok demo
else
	failed
fi
try give-back has_key
finish
