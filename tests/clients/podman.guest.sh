# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /clients.sh
. /container.sh

HERS=/tmp/alice
HANDED_IN="--device /dev/vfio/vfio --device /dev/vfio/0"
# Without this option tcectl cannot read what firmware says of the device
UNMASKED="--security-opt unmask=/sys/firmware"
ENOUGH=$((4 << 30))

# The machine has no systemd, and pivot_root is not possible
configure_podman() {
	mkdir -p /etc/containers /var/tmp $HERS/run $HERS/rootfs || return 1
	printf '[engine]\nno_pivot_root = true\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\n' \
		>/etc/containers/containers.conf
	printf '[storage]\ndriver = "vfs"\n' >/etc/containers/storage.conf
	chmod 1777 /var/tmp && chown -R alice $HERS && chmod 700 $HERS/run
}

# in_podman LIMIT WORD...  runs "tcectl test" in a container of alice's; its output is kept
in_podman() {
	podman_limit=$1
	shift
	(ulimit -l $((ENOUGH >> 10)) && kept su alice -c "HOME=$HERS XDG_RUNTIME_DIR=$HERS/run PATH=$PATH podman run --rm \
		--network host --cgroups=disabled -v /bin:/bin:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -v /usr:/usr:ro \
		--ulimit memlock=$podman_limit:$podman_limit $* --rootfs $HERS/rootfs tcectl test $NVME")
}

# refused_with WORDS LIMIT WORD...  the program fails in the container, and prints these words
refused_with() {
	refused_words=$1
	shift
	refused in_podman "$@" && said "$refused_words"
}

file_is_for() {
	chown "$1" /dev/vfio/0 && chmod "$2" /dev/vfio/0
}

moved_data() {
	said '^ok .*dma-identify'
}

try host-disk use_disk
try load load_driver
pins_are_now

try alice add_alice
try cgroups mount_cgroups
try configure configure_podman
try bind tcectl device bind "$NVME"

try file-is-hers file_is_for alice 600
try by-owner in_podman $ENOUGH "$UNMASKED" "$HANDED_IN"
try by-owner-moved-data moved_data
try limit refused_with 'the limit of locked memory is 64K, and this takes .*podman run --ulimit memlock=[0-9]*:[0-9]*' 65536 "$UNMASKED" "$HANDED_IN"
try not-handed-in refused_with '/dev/vfio/vfio is not there' $ENOUGH "$UNMASKED"
try firmware-hidden refused_with 'podman run --security-opt unmask=/sys/firmware' $ENOUGH "$HANDED_IN"
try file-is-her-groups file_is_for 0:vfio 660
try by-group in_podman $ENOUGH "$UNMASKED" "$HANDED_IN" --group-add keep-groups
try by-group-moved-data moved_data
try file-is-not-hers file_is_for 0:0 600
try not-hers refused_with '/dev/vfio/0: this user may not open it' $ENOUGH "$UNMASKED" "$HANDED_IN"
in_order podman
finish
