# SPDX-License-Identifier: GPL-2.0-only
# KVM adds to a window while a PE leaves it.
#
# file: driver/ioas/window.c
# interleave: kvm_leave
/^static bool window_part(/,/^}/{/kvm_table_stop(t->kvm);/d
}
