# SPDX-License-Identifier: GPL-2.0-only
#
# Containers of crun's for "alice", a user without any privilege, after clients.sh. The OCI bundle is made here,
# with the machine's own programs in it. The container's user namespace has one number. crun does not touch cgroups.

CONTAINERS=/tmp/containers

add_alice() {
	echo "alice:x:1000:1000::/tmp:/bin/sh" >>/etc/passwd
	printf 'root:x:0:\nvfio:x:4242:alice\nalice:x:1000:\n' >/etc/group
	mkdir -p "$CONTAINERS/run" && chmod 755 "$CONTAINERS" && chown alice "$CONTAINERS/run" &&
		su alice -c true
}

# crun does nothing without cgroups, although it is told not to touch them
mount_cgroups() {
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

# devices_json FILE...  what a rootless podman asks of a runtime for "--device": a bind mount without "nodev"
devices_json() {
	for device_file in "$@"; do
		printf ', { "destination": "%s", "source": "%s", "type": "bind",
			"options": ["slave", "nosuid", "noexec", "rw", "rbind"] }' "$device_file" "$device_file"
	done
}

# folders_json FOLDER...  folders of the machine that the container has, too
folders_json() {
	for folder in "$@"; do
		printf '{ "destination": "%s", "source": "%s", "type": "bind", "options": ["rbind", "ro"] },' \
			"$folder" "$folder"
	done
}

# bundle NAME COMMAND FILE...  a container that runs the command, with these device files
bundle() {
	bundle_name=$1
	bundle_command=$2
	shift 2
	mkdir -p "$CONTAINERS/$bundle_name/rootfs" || return 1
	cat >"$CONTAINERS/$bundle_name/config.json" <<-END
		{ "ociVersion": "1.0.2",
		  "process": { "terminal": false, "user": { "uid": 0, "gid": 0 }, "cwd": "/",
		    "args": ["/bin/sh", "-c", "$bundle_command"],
		    "env": ["PATH=$PATH", "TCECTL_PCI_IDS=$TCECTL_PCI_IDS"], "noNewPrivileges": true },
		  "root": { "path": "rootfs" },
		  "mounts": [ $(folders_json /bin /lib /lib64 /usr /etc /sys)
		    { "destination": "/proc", "type": "proc", "source": "proc" },
		    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"] },
		    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs" }
		    $(devices_json "$@") ],
		  "linux": {
		    "namespaces": [ { "type": "user" }, { "type": "mount" }, { "type": "pid" }, { "type": "ipc" },
		      { "type": "uts" } ],
		    "uidMappings": [ { "containerID": 0, "hostID": 1000, "size": 1 } ],
		    "gidMappings": [ { "containerID": 0, "hostID": 1000, "size": 1 } ] } }
	END
	chown -R alice "$CONTAINERS/$bundle_name"
}

# crun_as_alice WORD...  runs crun as alice; containers need --no-pivot, since the machine's root is an initramfs
crun_as_alice() {
	su alice -c "XDG_RUNTIME_DIR=$CONTAINERS/run PATH=$PATH crun --root $CONTAINERS/run --cgroup-manager=disabled $*"
}

# run_container NAME  runs the container until its command ends
run_container() {
	crun_as_alice run --no-pivot -b "$CONTAINERS/$1" "$1"
}

# process_of NAME  the container's first process
process_of() {
	crun_as_alice state "$1" | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'
}
