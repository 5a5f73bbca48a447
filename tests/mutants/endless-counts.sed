# SPDX-License-Identifier: GPL-2.0-only
# KVM may lose as many counts as a guest likes.
#
# file: driver/kvm/kvm_mapped.c
s/return atomic64_read(&y->counted) <= live + KVM_MAPPED_MOST_LOST \&\&/return live + 1 > 0 \&\&/
