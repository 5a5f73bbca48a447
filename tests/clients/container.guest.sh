# SPDX-License-Identifier: GPL-2.0-only
#
# Containers of crun's for "alice", a user without any privilege, after clients.sh. The OCI bundle is made here,
# with the machine's own programs in it. The container's user namespace has one number. crun does not touch cgroups.
# tests/package/system has it, too, on a Debian with a real alice.
# With OWNER=root a container is root's, without a user namespace, and in a cgroup that a device program of crun's judges.

CONTAINERS=/tmp/containers
OWNER=alice
ALLOWED=

add_alice() {
	echo "alice:x:1000:1000::/tmp:/bin/sh" >>/etc/passwd
	printf 'root:x:0:\nvfio:x:4242:alice\nalice:x:1000:\n' >/etc/group
	make_place
}

make_place() {
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

# rooted COMMAND...  runs the command for a container of root's
rooted() {
	OWNER=root
	rooted_status=0
	"$@" || rooted_status=$?
	OWNER=alice
	return "$rooted_status"
}

# number_in FILE  VFIO's number there: /proc/devices has that of groups' files, /proc/misc that of VFIO's own
number_in() {
	sed -n 's/^ *\([0-9]*\) vfio$/\1/p' "$1"
}

# What crun's program allows root's containers besides harmless devices
allow_vfio() {
	for numbers in "\"major\": 10, \"minor\": $(number_in /proc/misc)" "\"major\": $(number_in /proc/devices)"; do
		ALLOWED="$ALLOWED, { \"allow\": true, \"type\": \"c\", $numbers, \"access\": \"rw\" }"
	done
}

forbid_vfio() {
	ALLOWED=
}

# linux_json NAME  alice's user namespace; or root's cgroup, which may use the devices in ALLOWED
linux_json() {
	[ "$OWNER" = alice ] || {
		printf '"cgroupsPath": "/%s", "resources": { "devices": [ { "allow": false, "access": "rwm" }%s ] },
			"namespaces": [ { "type": "mount" }' "$1" "$ALLOWED"
		return
	}
	printf '"uidMappings": [ { "containerID": 0, "hostID": 1000, "size": 1 } ],
		"gidMappings": [ { "containerID": 0, "hostID": 1000, "size": 1 } ],
		"namespaces": [ { "type": "mount" }, { "type": "user" }'
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
		  "linux": { $(linux_json "$bundle_name"), { "type": "pid" }, { "type": "ipc" }, { "type": "uts" } ] } }
	END
	chown -R "$OWNER" "$CONTAINERS/$bundle_name"
}

# owners_crun WORD...  runs crun as OWNER; containers need --no-pivot, since the machine's root is an initramfs
owners_crun() {
	[ "$OWNER" = alice ] || {
		crun --root /run/crun --cgroup-manager=cgroupfs "$@"
		return
	}
	su alice -c "XDG_RUNTIME_DIR=$CONTAINERS/run PATH=$PATH crun --root $CONTAINERS/run --cgroup-manager=disabled $*"
}

# run_container NAME  runs the container until its command ends
run_container() {
	owners_crun run --no-pivot -b "$CONTAINERS/$1" "$1"
}

# process_of NAME  the container's first process
process_of() {
	owners_crun state "$1" | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'
}
