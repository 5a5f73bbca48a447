# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh

measure_all 1 1
