# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
ok before-the-wait
echo "about to wait"
sleep 1000
