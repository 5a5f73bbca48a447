# SPDX-License-Identifier: GPL-2.0-only
# One lock for the user_mms of all address spaces.
#
# file: driver/memory/pin.c
s/^#define PIN_COUNTS.*/&\nstatic DEFINE_MUTEX(all_lock);/
/^int pin_release(/,/^}/{s/mutex_lock(&l->lock);/mutex_lock(\&all_lock);mutex_lock(\&l->lock);/;s/mutex_unlock(&l->lock);/&mutex_unlock(\&all_lock);/
}
