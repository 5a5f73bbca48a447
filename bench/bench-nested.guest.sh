# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

READS=400

# Hundredths of a second since the boot
now() {
	sed 's/\([0-9]*\)[.]\([0-9]*\) .*/\1\2/' /proc/uptime
}

trace() {
	monitor "trace-event spapr_iommu_pci_* $1"
	sleep 1
}

# counted  records the calls of READS small reads, between two marks
counted() {
	label=$((label + 1))
	trace on
	mark "$label"
	order 400 measure counted random 4096 "$READS" || return 1
	label=$((label + 1))
	mark "$label"
	trace off
	note "nested-counted $1 $2 $((label - 1)) $READS"
}

measured() {
	for _ in 1 2 3; do
		order 400 measure seq seq 65536 "$READS" && order 400 measure random random 4096 "$READS" ||
			return 1
	done
}

boots() {
	begin=$(now)
	start_with_lines -no-reboot
	wait_for 600 level2_said obeys && order 60 ready || return 1
	note "nested $1 $2 boot $(($(now) - begin))"
}

# once DRIVER WINDOW  one guest, which uses the default window or a window of its own
once() {
	export LEVEL2_APPEND=
	[ "$2" = own ] || LEVEL2_APPEND=disable_ddw
	boots "$1" "$2" && measured && counted "$1" "$2" || return 1
	sed -n 's/.*level2: measured \(seq\|random\) //p' /tmp/level2.log | tr -d '\r' |
		while read -r line; do note "nested $1 $2 read $line"; done
	note "nested-left $1 $2 $(left_to_qemu)"
	! grep -a "nobody cared" /tmp/level2.log || return 1
	order 1 poweroff -f
	await_level2 >/dev/null
}

rounds() {
	for turn in $(seq "$ROUNDS"); do
		must "level2-$1-default-$turn" once "$1" default
		must "level2-$1-own-$turn" once "$1" own
	done
}

label=0
trace off
must host-disk use_disk
must expected-sum expected_sum
must load-kvm load kvm-hv
must pack-level2 pack_level2
note "nested-kernel $(uname -r)"
if [ -n "$IN_TREE" ]; then
	must load-in-tree load_driver in-tree
	must hand-over-to-in-tree bind "$NVME" vfio-pci
	rounds in-tree
fi
must load-ours load_driver
must hand-over bind "$NVME" vfio-pci
rounds vfio_pseries
finish
