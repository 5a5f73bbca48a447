# SPDX-License-Identifier: GPL-2.0-only
# A reader looks at the windows without the lock.
#
# file: driver/debug.c
# interleave: read_map_close
/^static int debug_run_space(/,/^}/{s/if (mutex_lock_killable(&s->lock))/if (!s)/;/mutex_unlock/d
}
