# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /drivers.sh

OURS=/lib/modules/$(uname -r)/updates/vfio_pseries.ko
CROWD=8

processes() {
	cat /proc/[0-9]*/comm 2>/dev/null | grep -cx modprobe
}

# BusyBox' shell would start its own modprobe if the command had no path

# If a rule starts itself again, its processes cannot be ended one at a time: the guest ends at once
give_up() {
	not_ok "$1" "$2"
	exit 1
}

# guarded NAME COMMAND...  a test: the command succeeds, soon, and without a large number of modprobes
guarded() {
	guarded_name=$1
	shift
	echo "--- $guarded_name"
	"$@" &
	command=$!
	ticks=0
	while [ -d /proc/$command ] && ! grep -q '^State:.Z' /proc/$command/status; do
		now=$(processes)
		[ "$now" -lt "$CROWD" ] || give_up "$guarded_name" "$now modprobes run at once"
		ticks=$((ticks + 1))
		[ "$ticks" -lt 300 ] || give_up "$guarded_name" "'$*' does not end"
		sleep 0.1
	done 2>/dev/null
	if wait "$command"; then
		ok "$guarded_name"
	else
		not_ok "$guarded_name" "'$*' failed"
	fi
}

two_at_once() {
	/sbin/modprobe vfio-pci &
	/sbin/modprobe vfio_pseries && wait $!
}

# listed MODULE...  loads them one after the other, as the program that reads /etc/modules-load.d does
listed() {
	for listed_module in "$@"; do
		/sbin/modprobe "$listed_module" || return 1
	done
}

try kmod sh -c '/sbin/modprobe --version | grep -q ^kmod'
try rule-is-read sh -c "/sbin/modprobe --showconfig | grep -q '^install vfio_iommu_spapr_tce .*vfio_pseries'"

mv "$OURS" /tmp/ && /sbin/depmod
guarded absent /sbin/modprobe vfio-pci
try absent-in-tree in_tree_alone
try absent-unload unload_all
mv /tmp/vfio_pseries.ko "$OURS" && /sbin/depmod

echo "options vfio_pseries enable=0" >/lib/modprobe.d/decline.conf
guarded declines /sbin/modprobe vfio-pci
try declines-in-tree in_tree_alone
try declines-unload unload_all
rm /lib/modprobe.d/decline.conf

guarded by-hand /sbin/modprobe vfio_pseries
try by-hand-ours ours_alone
guarded after-by-hand /sbin/modprobe vfio-pci
try after-by-hand-ours ours_alone

# Linux 6.1 cannot unload the module; tests/package/early.scenario covers this case there
[ "$OWNERSHIP" != none ] || finish
try by-hand-unload unload_all
guarded loads /sbin/modprobe vfio-pci
try loads-ours ours_alone
guarded again /sbin/modprobe vfio-pci
try loads-unload unload_all
guarded two-at-once two_at_once
try two-at-once-ours ours_alone
try two-at-once-unload unload_all
guarded listed listed vfio-pci vfio_iommu_spapr_tce
try listed-ours ours_alone
try listed-unload unload_all
guarded listed-reversed listed vfio_iommu_spapr_tce vfio-pci
try listed-reversed-ours ours_alone
finish
