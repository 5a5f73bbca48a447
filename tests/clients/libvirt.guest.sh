# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /nested.sh

DEVICE=/docs/hostdev.xml
QEMU_USER=64055
export LIBVIRT_DEFAULT_URI=qemu:///system

# Does what the package's scripts and udev's rules do on a machine where the package is installed
add_user() {
	echo "libvirt-qemu:x:$QEMU_USER:$QEMU_USER::/var/lib/libvirt:/bin/false" >>/etc/passwd
	printf 'root:x:0:\nkvm:x:101:libvirt-qemu\nlibvirt-qemu:x:%s:\n' "$QEMU_USER" >/etc/group
	chown 0:101 /dev/kvm && chmod 660 /dev/kvm
}

# Starts the daemon that has all drivers, without systemd and without virtlogd
start_libvirtd() {
	mkdir -p /run /var/lib /var/log /etc/libvirt && ln -sfn /run /var/run || return 1
	mount -t cgroup2 cgroup2 /sys/fs/cgroup || return 1
	echo 'stdio_handler = "file"' >/etc/libvirt/qemu.conf
	ip link set lo up
	ldconfig
	libvirtd >/tmp/libvirtd.log 2>&1 &
	wait_for 120 virsh version
}

# The machine's guests cannot have larger pages than the machine itself
hpt_feature() {
	[ "$(page_size)" -ne 4096 ] || echo "<hpt><maxpagesize unit='KiB'>4</maxpagesize></hpt>"
}

# domain DEVICE [MEMTUNE]  the domain's description, with these files in it. The host's devices go to a host bridge of
# their own, which has to exist before a device is attached.
domain() {
	cat <<-END
		<domain type='kvm'>
		  <name>guest</name>
		  <memory unit='MiB'>512</memory>
		  $(cat ${2:+"$2"} </dev/null)
		  <os>
		    <type arch='ppc64le' machine='pseries'>hvm</type>
		    <kernel>/vmlinux</kernel>
		    <initrd>/tmp/level2.initramfs</initrd>
		    <cmdline>console=hvc0 pci=nomsi panic=-1</cmdline>
		  </os>
		  <features>
		    <htm state='off'/><ccf-assist state='off'/>
		    <cfpc value='broken'/><sbbc value='broken'/><ibs value='broken'/>
		    $(hpt_feature)
		  </features>
		  <cpu mode='host-passthrough'/>
		  <devices>
		    <controller type='usb' model='none'/>
		    <controller type='pci' index='1' model='pci-root'/>
		    <serial type='file'><source path='/tmp/level2.log'/></serial>
		    <memballoon model='none'/>
		    $(cat "$1")
		  </devices>
		</domain>
	END
}

# define DEVICE [MEMTUNE]  defines the domain, in place of the one before
define() {
	! virsh domstate guest 2>/dev/null || virsh undefine guest || return 1
	domain "$@" >/tmp/domain.xml && virsh define /tmp/domain.xml
}

# fails_with WORDS WORD...  virsh fails, and prints these words
fails_with() {
	wanted=$1
	shift
	ends 120 virsh "$@" && ended_with 1 && said "$wanted"
}

domain_is() {
	[ "$(virsh domstate guest)" = "$1" ]
}

qemu_pid() {
	pidof qemu-system-ppc64
}

# The domain's QEMU has the device, and nobody else has it
domain_has_it() {
	[ "$(driver_of "$NVME")" = vfio-pci ] || return 1
	tcectl pe show "$NVME" >/tmp/shown
	cat /tmp/shown
	grep -q "held by: process $(qemu_pid) (qemu-system-ppc" /tmp/shown && grep -q 'a user has it' /tmp/shown
}

# The host has the disk, and reads what is in a block; only libvirt has given the disk back
host_has_it() {
	[ "$(driver_of "$NVME")" = nvme ] && wait_for 30 has_disk "$NVME" && read_disk && block_is 100000 'block 000100000'
}

block_is() {
	[ "$(dd if="/dev/$(disk_of "$NVME")" bs=512 skip="$1" count=1 iflag=direct 2>/dev/null | head -n 1)" = "$2" ]
}

limit_of() {
	sed -n 's/^Max locked memory *\([0-9a-z]*\) .*/\1/p' "/proc/$1/limits"
}

# QEMU's limit is enough for the domain's memory; libvirtd's own limit is not
limit_is_libvirts() {
	libvirtd_limit=$(limit_of "$(pidof libvirtd)")
	qemu_limit=$(limit_of "$(qemu_pid)")
	note "locked memory: libvirtd $libvirtd_limit, QEMU $qemu_limit"
	[ "$libvirtd_limit" -lt $((512 << 20)) ] && [ "$qemu_limit" -gt $((512 << 20)) ]
}

# QEMU has no privilege, and the group's file in QEMU's own /dev belongs to QEMU's user
file_is_its_users() {
	[ "$(stat -c %u "/proc/$(qemu_pid)/root/dev/vfio/$(group_of "$NVME")")" = "$QEMU_USER" ] &&
		grep -q "^Uid:.$QEMU_USER.$QEMU_USER" "/proc/$(qemu_pid)/status" &&
		grep -q '^CapEff:.0*$' "/proc/$(qemu_pid)/status"
}

# A machine that did not know a device yet releases it when the machine is reset
reset_and_wait() {
	virsh reset guest && wait_for 30 refused is_at_vfio
}

is_at_vfio() {
	[ "$(driver_of "$NVME")" = vfio-pci ]
}

end_libvirtd() {
	kill "$(pidof libvirtd)" && wait_for 20 refused pidof libvirtd
}

try host-disk use_disk
try load load_driver
try kvm load kvm-hv
try expected-sum expected_sum
try pack-level2 pack_level2
pins_are_now
try user add_user
must libvirtd start_libvirtd

echo "<memtune><hard_limit unit='MiB'>400</hard_limit></memtune>" >/tmp/memtune.xml
try define-limited define "$DEVICE" /tmp/memtune.xml
try limited-start-refused fails_with 'Memory registering failed' start guest
try limited-given-back host_has_it
in_order limited

try define define "$DEVICE"
try host-has-it-before host_has_it
try start-paused virsh start --paused guest
try domain-has-it domain_has_it
try limit limit_is_libvirts
try file file_is_its_users
try destroy virsh destroy guest
try destroyed-given-back host_has_it
in_order destroyed

try start virsh start guest
try domain-ends wait_for 200 domain_is 'shut off'
tr -d '\r' </tmp/level2.log | tail -n 100 | sed 's/^/level 2| /'
level2_results
try ended-given-back host_has_it
try host-reads-what-domain-wrote block_is 90000 'written at level 2'
in_order ended

try define-without define /dev/null
try start-without virsh start --paused guest
try attach virsh attach-device guest "$DEVICE" --live
try domain-has-it-attached domain_has_it
try detach virsh detach-device guest "$DEVICE" --live
try reset reset_and_wait
try detached-given-back host_has_it
try domain-still-there domain_is paused
try destroy-without virsh destroy guest
in_order detached
try libvirtd-ends end_libvirtd
cat /tmp/libvirtd.log
finish
