# SPDX-License-Identifier: GPL-2.0-only
# A reader looks at the windows without the lock.
#
# file: driver/debug/debugfs.c
# interleave: read_map_close
/^static int debugfs_run_ioas(/,/^}/{s/if (down_read_killable(&s->lock))/if (!s)/;/up_read/d
}
