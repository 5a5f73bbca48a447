# SPDX-License-Identifier: GPL-2.0-only
#
# The driver's sources for programs in user space: they do not use PCI, VFIO or the device tree, and
# compile unchanged over tests/shim.

SHARED	:= hv/hcall hv/ddw \
	   tce/shadow tce/shadow_leaf tce/range_lock tce/gather tce/kvm_slots tce/batch \
	   tce/journal tce/map_many tce/unmap_many tce/one_page tce/members tce/table \
	   memory/user_mm memory/page_runs memory/gup memory/pin_pages memory/pin \
	   memory/pin_kvm memory/regions memory/region_hold memory/v1_pages \
	   kvm/kvm_mapped kvm/kvm_table \
	   pe/pe pe/pe_window \
	   ioas/window ioas/ioas ioas/ioas_v1 \
	   vfio/ioctl
