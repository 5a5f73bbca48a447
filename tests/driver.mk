# SPDX-License-Identifier: GPL-2.0-only
#
# The driver's sources that know nothing of PCI, VFIO or the device tree, and compile unchanged over
# tests/shim: what the programs in user space are built of.

SHARED	:= hv shadow leaf call ledger tally runs pages pinned pin pin_kvm memory hold loose gather slots batch journal map unmap \
	   single members table lend pe pe_window window space space_v1 ioctl
