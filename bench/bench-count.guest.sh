# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
LABEL=1
. /common.sh

measure_all 1
