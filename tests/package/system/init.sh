#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The first process of the Debian under test, after its own initramfs. The check comes on the second disk, as a tar
# file without a file system around it: check/boot.sh. There is no service manager, and none is needed.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -o remount,rw /
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sysfs /sys
# No program can be started from /run itself. The names of the disks are not the same in each boot.
mkdir /run/check
mount -t tmpfs tmpfs /run/check
tar -xf "/dev/$(ls /sys/bus/scsi/devices/0:0:0:1/block)" -C /run
exec sh /run/check/boot.sh
