# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

load_ours() {
	insmod /vfio_pseries.ko
}

# A module goes a moment after its last user
unload() {
	wait_for 10 rmmod "$1"
}

card_is_back() {
	give_back "$CARD" && card_works
}

card_works() {
	card_answers "$CARD" 10.0.2
}

# Who has the PE when ours comes keeps it: maps, unmaps, closes. Who comes then is ours.
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

# The same, and then the module goes before its user does
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

try host-disk use_disk
try host-card load e1000
CARD=$(find_pci 8086:100e)
try host-card-works card_works
unbind "$CARD"
try load-vfio-pci load vfio-pci
try bind-vfio-pci bind "$NVME" vfio-pci
user_of_in_tree
user_stays_longer
finish
