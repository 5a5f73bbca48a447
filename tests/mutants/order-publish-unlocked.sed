# SPDX-License-Identifier: GPL-2.0-only
# Who shares a range is noted without the lock.
#
# file: driver/memory/pin.c
# interleave: register_shared
/^static struct pin \*pin_get(/,/^}/{/mutex_lock/d;/mutex_unlock/d
}
