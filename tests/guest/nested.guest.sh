# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
. /common.sh
. /nested.sh

nested_begin
try nested-guest-ends run_level2
level2_results
nested_end
finish
