# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

TRACING=/sys/kernel/tracing

# What the module may wait with for tasks that are in KVM's code; each kernel has some of these
trace_waits() {
	for wait in synchronize_rcu_expedited synchronize_rcu_tasks work_on_cpu work_on_cpu_key; do
		grep -q " [Tt] $wait\$" /proc/kallsyms || continue
		echo "p:waits/$wait $wait" >>$TRACING/kprobe_events &&
			echo stacktrace >"$TRACING/events/waits/$wait/trigger" || return 1
	done
	[ -d $TRACING/events/waits ]
}

# close_and_count  a container with mappings is closed; $waits is how often that waited for KVM
close_and_count() {
	echo >$TRACING/trace
	vfiotest -v "$VERDICT" "$NVME" life/close-with-mappings || failed
	waits=$(grep -c 'kvm_iommu_\(put\|wait\)' $TRACING/trace)
	note "a close waited for KVM $waits times"
}

try host-disk use_disk
try second-disk wait_for 20 find_second
try load-driver load_driver
try bind-vfio-pci bind "$NVME" vfio-pci
try trace-waits trace_waits
close_and_count
try close-does-not-wait-without-kvm test "$waits" -eq 0
try load-kvm load kvm-hv
close_and_count
try close-waits-for-kvm test "$waits" -gt 0
try bind-second bind "$SECOND" vfio-pci
vfio_tests kvm/map-and-unmap kvm/mapped-is-held kvm/found-when-asked kvm/window-goes-first join/one-container \
	join/kvm-writes-to-both
host_again puts
finish
