# SPDX-License-Identifier: GPL-2.0-only
# One lock for the ledgers of all address spaces.
#
# file: driver/tally.c
s/^static LIST_HEAD(ledgers);/&\nstatic DEFINE_MUTEX(all_lock);/
/^long tally_put(/,/^}/{s/mutex_lock(&l->lock);/mutex_lock(\&all_lock);mutex_lock(\&l->lock);/;s/mutex_unlock(&l->lock);/&mutex_unlock(\&all_lock);/
}
