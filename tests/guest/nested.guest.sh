# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

nested_begin
pins_before=$(pins)
try nested-guest-ends run_level2
level2_results
host_again nested
try nested-nothing-pinned wait_for 10 pins_are "$pins_before"
finish
