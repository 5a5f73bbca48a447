# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

load_ours() {
	insmod /vfio_pseries.ko
}

# A module can be unloaded only a moment after its last user has ended
unload() {
	wait_for 30 rmmod "$1"
}

card_is_back() {
	give_back "$CARD" && card_works
}

card_works() {
	card_answers "$CARD" 10.0.2
}

# A user who has the PE when our module is loaded keeps it on the kernel's own driver: he maps, unmaps, closes.
# The next user gets our module.
user_of_in_tree() {
	try in-tree-load load vfio_iommu_spapr_tce
	try in-tree-hold hold hold/windows
	try in-tree-load-ours load_ours
	try in-tree-let-go let_go
	try in-tree-unload rmmod vfio_iommu_spapr_tce
	vfiotest -v "$VERDICT" "$NVME" own/works window/beside-default || failed
	host_again in-tree
	try in-tree-card-is-back card_is_back
	unbind "$CARD"
	try in-tree-unload-ours unload vfio_pseries
}

# The same, but our module is unloaded before the user ends
user_stays_longer() {
	try longer-load-in-tree load vfio_iommu_spapr_tce
	try longer-bind bind "$NVME" vfio-pci
	try longer-hold hold hold/windows
	try longer-load-ours load_ours
	try longer-unload-ours unload vfio_pseries
	try longer-let-go let_go
	try longer-unload-in-tree rmmod vfio_iommu_spapr_tce
	host_again longer
}

# Only KVM still has this table of the host's: the module stays until KVM releases it
kvm_keeps_a_table() {
	try left-load-ours load_ours
	try left-bind bind "$NVME" vfio-pci
	try left-hold hold hold/left-table
	try left-unload-is-refused refused rmmod vfio_pseries
	try left-let-go let_go
	try left-unload unload vfio_pseries
	host_again left
}

# The host and KVM both have this table: only the kernel itself then handles what KVM does there
kvm_has_the_hosts_table() {
	try host-table-load-ours load_ours
	try host-table-bind bind "$NVME" vfio-pci
	try host-table-hold hold hold/host-table
	try host-table-unload rmmod vfio_pseries
	try host-table-let-go let_go
	host_again host-table
	try host-table-card-is-back card_is_back
}

# Each take of a PE searches the list of all PEs
ours_comes_and_goes() {
	for round in 1 2 3 4 5 6 7 8; do
		note "round $round"
		load_ours && unload vfio_pseries || return 1
	done
}

loaded_in_a_loop() {
	try loop-bind bind "$NVME" vfio-pci
	unbind "$CARD"
	try loop-hold hold hold/comes-and-goes
	try loop-load-and-unload ours_comes_and_goes
	try loop-let-go let_go
	host_again loop
}

try host-disk use_disk
try load-kvm load kvm-hv
try host-card load e1000
CARD=$(find_pci 8086:100e)
try host-card-works card_works
unbind "$CARD"
try load-vfio-pci load vfio-pci
try bind-vfio-pci bind "$NVME" vfio-pci
user_of_in_tree
user_stays_longer
kvm_keeps_a_table
unbind "$CARD"
kvm_has_the_hosts_table
loaded_in_a_loop
finish
