# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
ok before-the-panic
echo c >/proc/sysrq-trigger
