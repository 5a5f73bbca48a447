# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables are for rig/boot
# What the three boots share: the machine's root on a virtual SCSI disk, as LPARs have it, a second disk with the check,
# and an NVMe disk to be handed out. The init of the initramfs is the machine's own.
DISK_SIZE=64M
DISK_FILL=pattern
QEMU_DEVICES="-device nvme,serial=vfio-pseries,drive=disk
	-device spapr-vscsi,id=scsi
	-drive if=none,id=root,format=raw,cache=unsafe,file=$BUILD/system/disk.img
	-device scsi-hd,drive=root,bus=scsi.0,lun=0
	-drive if=none,id=check,format=raw,readonly=on,file=$BUILD/system/check.tar
	-device scsi-hd,drive=check,bus=scsi.0,lun=1"
INITRD=$BUILD/system/initrd
SLUB_DEBUG=
TIMEOUT=${LIMIT:-2400}
APPEND="root=LABEL=machine ro init=/check/init check=$NAME"
# apt prints this whenever a script calls it
FORGIVE='WARNING: apt does not have a stable CLI interface'
